import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { folderWith, program } from '../cli/run-ops.ts'
import { realHosts } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { login, useCeph } from '../store/ceph.ts'
import { mixedLog } from './mixed-log.ts'
import { type HiveServer, hadoopAwsFolder, sparkFolder, startHiveServer } from './spark.ts'

const port = 10_079
const isHere = sparkFolder !== undefined && hadoopAwsFolder !== undefined && realHosts().available

vi.setConfig({ testTimeout: 600_000 })

/** Runs where OPS_TEST_SPARK and OPS_TEST_HADOOP_AWS name their folders: one is half a gigabyte, the other takes a minute of Maven. */
describe.skipIf(!isHere)('a real HiveServer2 over an S3 server, behind SSH', () => {
  const host = useHost({ name: 'master' })
  const ceph = useCeph()
  const folder = folderWith({})
  let server: HiveServer | undefined
  let env: Record<string, string> = {}

  beforeAll(async () => {
    const endpoint = `http://${ceph().address}:${ceph().port}`
    await ceph().configure('PUT', 'logs', '')
    const { accessKeyId, secretAccessKey } = await login()
    env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey.reveal() }
    writeFileSync(join(folder.path, 'ops.ini'), `[s3]\nendpoint = ${endpoint}\npath-style = yes\ntls = off\n`)
    writeFileSync(join(folder.path, 'mixed.log'), mixedLog(5000))
    const { leader } = host()
    if (leader === undefined) throw new Error('the host is down')
    server = await startHiveServer(port, leader, { endpoint, env })
  }, 600_000)
  afterAll(async () => {
    await server?.stop()
    folder.remove()
  }, 60_000)

  const ops = (argv: readonly string[]) =>
    spawnSync(process.execPath, [program, 'logs', ...argv], {
      cwd: folder.path,
      env: { ...process.env, ...env, HOME: folder.path },
      encoding: 'utf8',
    })

  test('answers over an external table in the bucket, by day and host, with every line accounted for', () => {
    const pushed = ops(['push', 'mixed.log', '--to', 's3://logs/web'])
    expect(pushed.stdout + pushed.stderr).toContain('5000 lines = 4950 rows + 50 rejected')
    const ask = (query: string) =>
      ops([
        ...['sql', query, '--csv', '-F', host().sshConfig],
        ...['--engine', `hive://master:${port}`, '--from', 's3://logs/web'],
      ])
    const counted = ask('SELECT host, count(*) AS n, count(DISTINCT day) AS days FROM logs GROUP BY host')
    expect(counted.stderr).toContain('50 lines were rejected when pushed (table rejected)')
    expect(counted.stdout).toMatch(/^host,n,days\nlocal,4950,\d+\n$/)
    const location = ask(
      'SELECT DISTINCT regexp_extract(input_file_name(), "^[a-z0-9]+://[^/]+/web/rows", 0) AS place FROM logs',
    )
    expect(location.stdout).toBe('place\ns3a://logs/web/rows\n')
  }, 600_000)
})
