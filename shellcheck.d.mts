/** Types of shellcheck.mjs, which `npm run check` runs as plain JavaScript. */
export declare const shellcheckFlags: readonly string[]
export declare function shellFindings(json: string, textOf?: (file: string) => string): readonly string[]
export declare function shellTemplates(source: string): readonly string[]
export declare function templateFindings(json: string, textOf: (file: string) => string): readonly string[]
export declare function unexplained(text: string): readonly string[]
