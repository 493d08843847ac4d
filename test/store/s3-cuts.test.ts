/** The store in S3 on a link that ends at any byte: an object is stored whole and proved, once, whatever was cut. */
import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { contentOf } from '../../src/store/content.ts'
import { putProved } from '../../src/store/prove.ts'
import { retrying } from '../../src/store/retrying.ts'
import { S3Store } from '../../src/store/s3.ts'
import type { Store } from '../../src/store/store.ts'
import { type Direction, type FaultProxy, startProxy } from '../faults/instruments/proxy.ts'
import { realHosts } from '../hosts/available.ts'
import { login, useCeph } from './ceph.ts'
import { bytesOf, keysOf } from './conformance.ts'

const ways: readonly Direction[] = ['toServer', 'toClient']
const positionsOfEach = 20

describe.skipIf(!realHosts().available)('a link to S3 that ends at any byte', () => {
  const ceph = useCeph()
  const retries = { tries: 4, firstMs: 1, longestMs: 2 }
  let count = 0

  const storeAt = (port: number, host: string, prefix: string): Store =>
    retrying(
      new S3Store({
        bucket: 'archive',
        prefix,
        region: 'us-east-1',
        endpoint: new URL(`http://${host}:${port}`),
        pathStyle: true,
        credentials: login,
        encryption: { algorithm: 'aws:kms', keyId: 'archive-key' },
        partsFromBytes: 5_300_000,
        idleMs: 5000,
        retries,
      }),
      retries,
    )

  /** Stores and proves through the proxy, and tells what the server has then, by a way of its own. */
  async function once(proxy: FaultProxy, sizeBytes: number): Promise<void> {
    const prefix = `cuts/${count++}`
    const bytes = randomBytes(sizeBytes)
    const store = storeAt(proxy.port, '127.0.0.1', prefix)
    const direct = storeAt(ceph().port, ceph().address, prefix)
    try {
      const { proof } = await putProved(store, 'rows', contentOf(bytes))
      expect(proof.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
      expect(await keysOf(direct)).toEqual(['rows'])
      expect((await bytesOf(direct, 'rows')).equals(bytes)).toBe(true)
    } finally {
      await Promise.all([store.close(), direct.close()])
    }
  }

  test.each([
    ['in one piece', 3000, positionsOfEach],
    ['in parts', 5_400_000, 3],
  ])('an object that goes out %s is stored whole and proved', async (_, sizeBytes, positions) => {
    await ceph().configure('PUT', 'archive', '')
    const proxy = await startProxy({ host: ceph().address, port: ceph().port })
    try {
      await once(proxy, sizeBytes)
      const passed = { toServer: proxy.passed('toServer'), toClient: proxy.passed('toClient') }
      for (const direction of ways) {
        for (let step = 0; step < positions; step++) {
          const atByte = Math.floor((passed[direction] * step) / positions)
          const disarm = proxy.arm({ direction, atByte, fault: step % 2 === 0 ? 'cut' : 'reset' })
          await once(proxy, sizeBytes).catch(error => {
            throw new Error(`cut ${direction} at byte ${atByte}: ${error.message}`, { cause: error })
          })
          // One piece goes over one connection: every byte of it has passed.
          if (sizeBytes < 5_000_000) expect(proxy.isArmed).toBe(false)
          disarm()
        }
      }
    } finally {
      await proxy.close()
    }
  })
})
