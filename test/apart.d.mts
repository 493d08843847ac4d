/** Types of apart.mjs, which a fresh clone runs as plain JavaScript. */
export declare const apart: readonly string[]
