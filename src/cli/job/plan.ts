/** `ops job plan NAME`: what a job would do. */
import type { VerbContext } from '../verb.ts'
import { runJobFile } from './run-job-file.ts'

export function run(argv: readonly string[], context: VerbContext): Promise<number> {
  return runJobFile('plan', argv, context)
}
