/** Says, once for a whole test run, that suites on real hosts are skipped, and how to change that. */
import { realHosts } from './available.ts'

/** A `globalSetup` of vitest. */
export function setup(): void {
  const found = realHosts()
  if (!found.available) process.stderr.write(`skipped: ${found.reason}\n`)
}
