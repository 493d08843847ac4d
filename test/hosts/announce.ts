/** Says, once for a whole test run, which suites are skipped for want of hosts or engines, and how to change that. */
import { duckdbReason, hasDuckdb } from '../logs/engines.ts'
import { hadoopAwsFolder, sparkFolder } from '../logs/spark.ts'
import { whyNoMysql56 } from '../mysql/mysql-56.ts'
import { skippedFor } from '../needs.ts'
import { realHosts } from './available.ts'
import { beginRun } from './once-a-run.ts'

/** A `globalSetup` of vitest; gives what is done at the end. */
export default function setup(): () => void {
  const found = realHosts()
  const mysql56 = whyNoMysql56()
  const reasons = [
    ...(found.available ? [] : [found.reason]),
    ...(sparkFolder === undefined
      ? ["tests with Hive need OPS_TEST_SPARK, the folder of PyPI's pyspark (and Java 17)"]
      : []),
    ...(hadoopAwsFolder === undefined
      ? ['tests with Hive over S3 need OPS_TEST_HADOOP_AWS, a folder with hadoop-aws (docs/testing.md)']
      : []),
    ...(hasDuckdb ? [] : [duckdbReason]),
    ...(mysql56 === undefined ? [] : [mysql56]),
  ]
  for (const reason of reasons) process.stderr.write(`skipped: ${skippedFor(reason)}\n`)
  return beginRun()
}
