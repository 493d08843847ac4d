/** Starts a real S3 server on a host: Ceph's object gateway, as people run it. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Secret } from '../../src/base/secret.ts'
import { S3Client } from '../../src/store/s3-client.ts'
import type { Host } from '../hosts/host.ts'

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
  /** A bucket whose objects can be locked, which only its beginning can say. */
  createWithLock(bucket: string): Promise<void>
  /** Takes everything out of a bucket, and gives its memory back. */
  empty(bucket: string): Promise<void>
}

/** What a host needs to be one. */
export const cephPackages = ['ceph-mon', 'ceph-osd', 'radosgw']

/** Starts the server on a host that was booted with `cephPackages`. */
export async function startCeph(
  host: Host,
  script = readFileSync(new URL('ceph.sh', import.meta.url), 'utf8'),
): Promise<Ceph> {
  await host.read(`sh -s ${accessKeyId} '${secretAccessKey}'`, { input: script })
  const { address } = host
  await listening(address)
  return {
    address,
    port,
    configure: (method, bucket, part, xml) => configure(address, method, bucket, part, xml),
    createWithLock: bucket =>
      configure(address, 'PUT', bucket, '', undefined, { 'x-amz-bucket-object-lock-enabled': 'true' }),
    empty: async bucket => {
      await host.read(`radosgw-admin bucket rm --bucket=${bucket} --purge-objects --bypass-gc`)
      await configure(address, 'PUT', bucket, '')
    },
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
  headers: Readonly<Record<string, string>> = {},
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
      ...(xml === undefined ? {} : { body: contentOf(xml) }),
      headers: {
        ...headers,
        ...(xml === undefined ? {} : { 'content-md5': createHash('md5').update(xml).digest('base64') }),
      },
    })
  } finally {
    client.close()
  }
}
