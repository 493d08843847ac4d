/** A real S3 server for the tests of a suite. */
import { beforeAll } from 'vitest'
import { useHost } from '../hosts/use-hosts.ts'
import { type Ceph, cephPackages, startCeph } from './ceph-server.ts'

export { login, loginSecret } from './ceph-server.ts'

const startMs = 120_000

/** Starts the server before the tests of this suite. */
export function useCeph(): () => Ceph {
  const host = useHost({ withPackages: cephPackages })
  let ceph: Ceph | undefined
  beforeAll(async () => {
    ceph = await startCeph(host())
  }, startMs)
  return () => {
    if (ceph === undefined) throw new Error('the server is there only while tests run')
    return ceph
  }
}
