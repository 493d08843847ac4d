/** All of ops as one module, so that a start reads one file: the program, and the libraries, each made when it is first asked for. */
export { runProgram } from './cli/program.ts'

/** The bundler's: runs that module, unless it has run. */
declare function require(path: './index.ts'): typeof import('./index.ts')
declare function require(path: './jobs/index.ts'): typeof import('./jobs/index.ts')
declare function require(path: './cli/documented.ts'): typeof import('./cli/documented.ts')

/** What recipes import. */
export const recipes = (): typeof import('./index.ts') => require('./index.ts')
/** What job files import. */
export const jobs = (): typeof import('./jobs/index.ts') => require('./jobs/index.ts')
/** What the site is made from. */
export const documented = (): typeof import('./cli/documented.ts') => require('./cli/documented.ts')
