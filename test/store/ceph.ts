/** A real S3 server for tests: Ceph's object gateway, as people run it, on a host of its own. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { S3Client } from '../../src/store/s3-client.ts'
import { useHost } from '../hosts/use-hosts.ts'

const accessKeyId = 'AKIDOFTHETESTS'
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYtestskey'
const port = 8000
const startMs = 60_000

/** The login that the server knows. */
export const login = async () => ({
  accessKeyId,
  secretAccessKey: new Secret(secretAccessKey),
  from: 'the test',
})

/** The words that must never be seen anywhere. */
export const loginSecret = secretAccessKey

export interface Ceph {
  readonly address: string
  readonly port: number
  /** For its own configuration, which `ops` never writes. */
  configure(method: 'PUT' | 'DELETE', bucket: string, part: string, xml?: string): Promise<void>
}

/** Starts the server before the tests of this suite. */
export function useCeph(): () => Ceph {
  const host = useHost({ withPackages: ['ceph-mon', 'ceph-osd', 'radosgw'] })
  let ceph: Ceph | undefined
  beforeAll(async () => {
    const script = readFileSync(new URL('ceph.sh', import.meta.url), 'utf8')
    await host().read(`sh -s ${accessKeyId} '${secretAccessKey}'`, { input: script })
    const { address } = host()
    await listening(address)
    ceph = {
      address,
      port,
      configure: (method, bucket, part, xml) => configure(address, method, bucket, part, xml),
    }
  }, startMs * 2)
  return () => {
    if (ceph === undefined) throw new Error('the server is there only while tests run')
    return ceph
  }
}

async function listening(address: string): Promise<void> {
  const endMs = Date.now() + startMs
  const isOpen = () =>
    new Promise<boolean>(resolve => {
      const socket = connect(port, address, () => resolve(true)).on('error', () => resolve(false))
      socket.once('connect', () => socket.end())
    })
  while (!(await isOpen())) {
    if (Date.now() > endMs) throw new Error('the gateway does not listen')
    await pause(50)
  }
}

async function configure(
  address: string,
  method: 'PUT' | 'DELETE',
  bucket: string,
  part: string,
  xml?: string,
): Promise<void> {
  const { contentOf } = await import('../../src/store/content.ts')
  const { createHash } = await import('node:crypto')
  const client = new S3Client({
    bucket,
    region: 'us-east-1',
    endpoint: new URL(`http://${address}:${port}`),
    pathStyle: true,
    credentials: login,
  })
  try {
    await client.sendForHead({
      method,
      path: '',
      query: part === '' ? {} : { [part]: '' },
      action: 'the test',
      ...(xml === undefined
        ? {}
        : {
            body: contentOf(xml),
            headers: { 'content-md5': createHash('md5').update(xml).digest('base64') },
          }),
    })
  } finally {
    client.close()
  }
}
