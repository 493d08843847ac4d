/** A HiveServer2 for tests: the Thrift server of Spark, from PyPI's pyspark, in the network of a test host. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The folder of the package, such as `.../site-packages/pyspark`: 490 MB, so only where it is named. */
export const sparkFolder: string | undefined = process.env.OPS_TEST_SPARK

/** The folder of hadoop-aws, of the version of Spark's own Hadoop, with what it needs (docs/testing.md). */
export const hadoopAwsFolder: string | undefined = process.env.OPS_TEST_HADOOP_AWS

/** An S3 server that it reads from; the login comes from the environment, as on a cluster's master. */
export interface HiveStore {
  readonly endpoint: string
  readonly env: Readonly<Record<string, string>>
}

export interface HiveServer {
  readonly port: number
  stop(): Promise<void>
}

const startDeadlineMs = 500_000

function storeSettings({ endpoint }: HiveStore, jars: string): string[] {
  const settings = {
    endpoint,
    'endpoint.region': 'us-east-1',
    'path.style.access': 'true',
    'connection.ssl.enabled': 'false',
  }
  const conf = Object.entries(settings).flatMap(([name, value]) => [
    '--conf',
    `spark.hadoop.fs.s3a.${name}=${value}`,
  ])
  const paths = readdirSync(jars).map(each => join(jars, each))
  return [...conf, '--jars', paths.join()]
}

/** Starts it in the network namespace of a process, listening on loopback there. */
export async function startHiveServer(
  port: number,
  networkOf: number,
  store?: HiveStore,
): Promise<HiveServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ops-spark-'))
  const log = join(folder, 'log')
  const settings = [
    ...['--master', 'local[1]', '--driver-memory', '700m'],
    // It answers a dozen queries: what compiles them best takes longer than all of them do.
    ...[
      '--driver-java-options',
      '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote',
    ],
    // So does to compile each query to a class of its own, and to plan it again while it runs.
    ...['--conf', 'spark.sql.codegen.wholeStage=false', '--conf', 'spark.sql.codegen.factoryMode=NO_CODEGEN'],
    ...['--conf', 'spark.sql.adaptive.enabled=false'],
    ...[
      '--conf',
      'spark.ui.enabled=false',
      '--conf',
      'spark.driver.host=127.0.0.1',
      '--conf',
      'spark.sql.session.timeZone=UTC',
    ],
    ...['--conf', `spark.sql.warehouse.dir=${folder}/warehouse`, '--conf', 'spark.sql.shuffle.partitions=2'],
    ...(store ? storeSettings(store, hadoopAwsFolder ?? '') : []),
    ...['--class', 'org.apache.spark.sql.hive.thriftserver.HiveThriftServer2'],
    ...[
      '--hiveconf',
      `hive.server2.thrift.port=${port}`,
      '--hiveconf',
      'hive.server2.thrift.bind.host=127.0.0.1',
    ],
    'spark-internal',
  ]
  const output = openSync(log, 'w')
  const child: ChildProcess = spawn(
    'nsenter',
    [`--target=${networkOf}`, '--net', join(sparkFolder ?? '', 'bin/spark-submit'), ...settings],
    {
      cwd: folder,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...store?.env, SPARK_LOCAL_IP: '127.0.0.1' },
      detached: true,
    },
  )
  const stop = async () => {
    if (child.exitCode === null && child.pid !== undefined) {
      const ended = new Promise(resolve => child.once('close', resolve))
      process.kill(-child.pid, 'SIGKILL')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const deadline = Date.now() + startDeadlineMs
  while (!readFileSync(log, 'utf8').includes('Starting ThriftBinaryCLIService on port')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const said = readFileSync(log, 'utf8').slice(-3000)
      await stop()
      throw new Error(`the Hive server did not start:\n${said}`)
    }
    await pause(200)
  }
  return { port, stop }
}
