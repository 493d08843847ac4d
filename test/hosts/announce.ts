/** Says, once for a whole test run, which suites are skipped for want of hosts or engines, and how to change that. */
import { duckdbReason, hasDuckdb } from '../logs/engines.ts'
import { sparkFolder } from '../logs/spark.ts'
import { realHosts } from './available.ts'

/** A `globalSetup` of vitest. */
export function setup(): void {
  const found = realHosts()
  if (!found.available) process.stderr.write(`skipped: ${found.reason}\n`)
  if (sparkFolder === undefined) {
    process.stderr.write(
      "skipped: tests with Hive need OPS_TEST_SPARK, the folder of PyPI's pyspark (and Java 17)\n",
    )
  }
  if (!hasDuckdb) process.stderr.write(`skipped: ${duckdbReason}\n`)
}
