/** `ops job run NAME`: plans a job, asks, does it and proves it. */
import type { VerbContext } from '../verb.ts'
import { runJobFile } from './run-job-file.ts'

export function run(argv: readonly string[], context: VerbContext): Promise<number> {
  return runJobFile('run', argv, context)
}
