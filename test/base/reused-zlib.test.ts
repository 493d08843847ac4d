import { randomBytes } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ReusedZlib } from '../../src/base/reused-zlib.ts'

async function copyOf(zlib: ReusedZlib, bytes: Uint8Array, aboutBytes: number): Promise<Buffer> {
  const copies: Buffer[] = []
  for await (const each of zlib.once(bytes, aboutBytes)) copies.push(Buffer.from(each))
  expect(copies).toHaveLength(1)
  return copies[0] as Buffer
}

const texts = [0, 1, 300, 70_000, 500_000].flatMap(size => [
  Buffer.alloc(size, 'abc'),
  Buffer.from(randomBytes(size).toString('hex').slice(0, size)),
])

test('what is compressed and read with the same memory again is the same, however much was expected', async () => {
  const [packer, unpacker] = [ReusedZlib.gzip({ level: 1, windowBits: 13 }), ReusedZlib.gunzip()]
  for (const aboutBytes of [1, 4096, 1024 * 1024]) {
    for (const text of texts) {
      const packed = await copyOf(packer, text, aboutBytes)
      expect(gunzipSync(packed).equals(text)).toBe(true)
      expect((await copyOf(unpacker, packed, aboutBytes)).equals(text)).toBe(true)
    }
  }
})

test('those who ask at once get each their own answer, which holds while they look at it', async () => {
  const unpacker = ReusedZlib.gunzip()
  await Promise.all(
    texts.map(async text => {
      for await (const each of unpacker.once(gzipSync(text), 4096)) {
        await new Promise(setImmediate)
        expect(each.equals(text)).toBe(true)
      }
    }),
  )
})

test('members one after another are one text, and bytes that are no gzip, cut or followed by others spoil nothing later', async () => {
  const unpacker = ReusedZlib.gunzip()
  const text = randomBytes(100_000)
  const packed = gzipSync(text)
  const spoilt = Buffer.from(packed)
  spoilt.fill(0x55, 1000, 1100)
  for (let round = 0; round < 2; round++) {
    expect(await copyOf(unpacker, Buffer.concat([gzipSync('head'), packed]), 10)).toEqual(
      Buffer.concat([Buffer.from('head'), text]),
    )
    await expect(copyOf(unpacker, packed.subarray(0, 50_000), 200_000)).rejects.toThrow(
      /unexpected end of file/,
    )
    await expect(copyOf(unpacker, Buffer.from('no gzip at all'), 4096)).rejects.toThrow(
      /incorrect header check/,
    )
    await expect(copyOf(unpacker, spoilt, 4096)).rejects.toThrow()
    expect((await copyOf(unpacker, Buffer.concat([packed, Buffer.alloc(9)]), 4096)).equals(text)).toBe(true)
    expect((await copyOf(unpacker, packed, 4096)).equals(text)).toBe(true)
  }
})

test('memory is used again: an answer that fits lies where the one before lay', async () => {
  const packer = ReusedZlib.gzip({ level: 1 })
  const places: ArrayBufferLike[] = []
  for (const text of texts) for await (const each of packer.once(text, 1_000_000)) places.push(each.buffer)
  expect(new Set(places).size).toBe(1)
})
