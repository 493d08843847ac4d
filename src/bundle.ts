/** All of ops as one module, so that a start reads one file: the libraries that recipes and job files import, and the program. */
export * as documented from './cli/documented.ts'
export { runProgram } from './cli/program.ts'
export * from './index.ts'
export * as jobs from './jobs/index.ts'
