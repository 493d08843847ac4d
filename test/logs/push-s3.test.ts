import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { S3Store } from '../../src/store/s3.ts'
import { folderWith, program } from '../cli/run-ops.ts'
import { realHosts } from '../hosts/available.ts'
import { login, useCeph } from '../store/ceph.ts'
import { mixedLog } from './mixed-log.ts'

describe.skipIf(!realHosts().available)('ops logs push to a real S3 server', () => {
  const ceph = useCeph()
  const folder = folderWith({})
  afterAll(() => folder.remove())

  test('every line is there as a row or as rejected, and pushed again nothing is written', async () => {
    const endpoint = `http://${ceph().address}:${ceph().port}`
    await ceph().configure('PUT', 'logs', '')
    writeFileSync(join(folder.path, 'ops.ini'), `[s3]\nendpoint = ${endpoint}\npath-style = yes\ntls = off\n`)
    writeFileSync(join(folder.path, 'mixed.log'), mixedLog(5000))
    const { accessKeyId, secretAccessKey } = await login()
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey.reveal(),
      HOME: folder.path,
    }
    const push = () => {
      const argv = [program, 'logs', 'push', 'mixed.log', '--to', 's3://logs/web']
      const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
        cwd: folder.path,
        env,
        encoding: 'utf8',
      })
      return { status, said: stdout + stderr }
    }
    const first = push()
    expect(first.said).toContain('5000 lines = 4950 rows + 50 rejected')
    expect(first.said).toContain('objects written and proved in s3://logs/web, 0 were there already')
    expect(first.status).toBe(0)
    expect(push().said).toContain('0 objects written and proved')
    const store = new S3Store({
      bucket: 'logs',
      prefix: 'web',
      region: 'us-east-1',
      endpoint: new URL(endpoint),
      pathStyle: true,
      credentials: login,
    })
    const lines = { rows: 0, rejected: 0 }
    for await (const { key } of store.list('')) {
      if (key === 'table.json') continue
      const chunks: Buffer[] = []
      for await (const chunk of (await store.get(key)).body as AsyncIterable<Buffer>) chunks.push(chunk)
      const text = gunzipSync(Buffer.concat(chunks)).toString('latin1')
      lines[key.startsWith('rows/') ? 'rows' : 'rejected'] += text.split('\n').length - 1
    }
    await store.close()
    expect(lines).toEqual({ rows: 4950, rejected: 50 })
  })
})
