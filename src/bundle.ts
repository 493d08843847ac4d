/** All of ops as one module, so that a start reads one file: the library that recipes import, and the program. */
export { runProgram } from './cli/program.ts'
export * from './index.ts'
