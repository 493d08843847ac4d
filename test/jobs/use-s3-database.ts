/** A database on a booted host, and a real S3 server that can be made to lie, for data jobs from the one into the other. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll } from 'vitest'
import type { Outcome } from '../cli/run-ops.ts'
import { login, loginSecret, useCeph } from '../store/ceph.ts'
import type { Ceph } from '../store/ceph-server.ts'
import { type FaultProxy, useFaultProxy } from '../store/fault-proxy.ts'
import { type Database, useDatabase } from './use-database.ts'

export interface S3Database extends Database {
  readonly ceph: () => Ceph
  /** What ops takes for the server; it is calm before each test. */
  readonly proxy: () => FaultProxy
  /** `ops db` with the server's login. */
  readonly ops: (...argv: string[]) => Promise<Outcome>
}

/** Boots both before the tests of this suite; there is one bucket, of that name. */
export function useS3Database(bucket: string): S3Database {
  const ceph = useCeph()
  const proxy = useFaultProxy(ceph)
  const database = useDatabase()
  const { folder } = database
  const env: Record<string, string> = { AWS_SECRET_ACCESS_KEY: loginSecret }
  beforeAll(async () => {
    env.AWS_ACCESS_KEY_ID = (await login()).accessKeyId
    await ceph().configure('PUT', bucket, '')
    writeFileSync(join(folder().path, 'ops.ini'), `[s3]\nendpoint = ${proxy().url.origin}\n`)
  })
  afterEach(() => proxy().calm())
  return { ...database, ceph, proxy, ops: (...argv) => folder().answer(['db', ...argv], { env }) }
}
