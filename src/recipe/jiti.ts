/** Makes the compiler of recipes. In the built program it is part of the bundle instead (`build.mjs`), as reading it takes a while. */
import { createRequire } from 'node:module'

/** Required, not imported: Node reads a CommonJS module twice when it is imported, and this one is large. */
export const createJiti: typeof import('jiti').createJiti = (...words) =>
  (createRequire(import.meta.url)('jiti') as typeof import('jiti')).createJiti(...words)
