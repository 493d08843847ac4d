/** Says, once for a whole test run, which suites are skipped for want of hosts or engines, and how to change that. */
import { duckdbReason, hasDuckdb } from '../logs/engines.ts'
import { realHosts } from './available.ts'

/** A `globalSetup` of vitest. */
export function setup(): void {
  const found = realHosts()
  if (!found.available) process.stderr.write(`skipped: ${found.reason}\n`)
  if (!hasDuckdb) process.stderr.write(`skipped: ${duckdbReason}\n`)
}
