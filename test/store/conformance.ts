/** What every store must pass: the promises of `src/store/store.ts`, each as a test. */
import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { contentOf } from '../../src/store/content.ts'
import { keySegment } from '../../src/store/key.ts'
import { prove, proveAgain, putProved } from '../../src/store/prove.ts'
import { rehearse } from '../../src/store/rehearse.ts'
import type { Content, Listed, Store } from '../../src/store/store.ts'
import type { StoreErrorKind } from '../../src/store/store-error.ts'

/** The bytes of an object, whole. */
export async function bytesOf(store: Store, key: string, fromByte = 0): Promise<Buffer> {
  const { body } = await store.get(key, { fromByte })
  const pieces: Buffer[] = []
  for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
}

export async function listOf(store: Store, prefix = ''): Promise<Listed[]> {
  const listed: Listed[] = []
  for await (const each of store.list(prefix)) listed.push(each)
  return listed
}

export const keysOf = async (store: Store, prefix = ''): Promise<string[]> =>
  (await listOf(store, prefix)).map(({ key }) => key).sort()

export const isKind = (kind: StoreErrorKind) => expect.objectContaining({ kind })

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A content whose bytes are not those that it announces. */
const lying = (announced: Uint8Array, real: Uint8Array): Content => ({
  ...contentOf(announced),
  async *open() {
    yield real
  },
})

/** The same bytes, coming in pieces of an odd size. */
const inPieces = (bytes: Uint8Array): Content => ({
  ...contentOf(bytes),
  async *open() {
    for (let at = 0; at < bytes.byteLength; at += 77_777) yield bytes.subarray(at, at + 77_777)
  },
})

const hostileKeys = [
  '',
  '/',
  'a/',
  '/a',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../../b',
  '.hidden',
  'a/.ops-partial-1',
  'a b',
  'a\nb',
  'a\\b',
  'a%2e',
  'a+b',
  'ä',
  'a\0',
  'a?versionId=1',
  'a#b',
  'x'.repeat(201),
  `${'x/'.repeat(400)}x`,
]

/**
 * Declares the suite. `open` gives a store of its own, empty and new, each time that it is called; `partsBytes` is a size
 * that goes out in parts, where the store knows such.
 */
export function storeConformance(open: () => Promise<Store>, partsBytes: number): void {
  const opened = async () => {
    const store = await open()
    onTestFinished(() => store.close())
    return store
  }

  describe('keeps the promises of a store:', () => {
    test.each([0, 1, 65_536, 1_048_577, partsBytes])(
      'an object of %i bytes comes back as it was, from any byte on',
      async sizeBytes => {
        const store = await opened()
        const bytes = randomBytes(sizeBytes)
        const stored = await putProved(store, 'day=2026-11-28/rows~20.gz', inPieces(bytes))
        expect(stored).toMatchObject({
          sizeBytes,
          outcome: 'stored',
          proof: { sizeBytes, sha256: sha256(bytes) },
        })
        expect(sha256(await bytesOf(store, 'day=2026-11-28/rows~20.gz'))).toBe(sha256(bytes))
        const middle = Math.floor(sizeBytes / 2)
        if (sizeBytes > 0)
          expect(sha256(await bytesOf(store, 'day=2026-11-28/rows~20.gz', middle))).toBe(
            sha256(bytes.subarray(middle)),
          )
        expect(await store.head('day=2026-11-28/rows~20.gz')).toMatchObject({
          sizeBytes,
          etag: stored.proof.etag,
        })
        expect(await listOf(store)).toMatchObject([{ key: 'day=2026-11-28/rows~20.gz', sizeBytes }])
      },
    )

    test('an object is never replaced unless that is asked for; the same bytes again are as good as stored', async () => {
      const store = await opened()
      await store.put('a/b', contentOf('one'))
      await expect(store.put('a/b', contentOf('two'))).rejects.toEqual(isKind('taken'))
      await expect(store.put('a/b', contentOf('longer'))).rejects.toEqual(isKind('taken'))
      expect((await bytesOf(store, 'a/b')).toString()).toBe('one')
      expect(await store.put('a/b', contentOf('one'))).toMatchObject({ outcome: 'was-there', sizeBytes: 3 })
      expect(await store.put('a/b', contentOf('two'), { replace: true })).toMatchObject({ outcome: 'stored' })
      expect((await bytesOf(store, 'a/b')).toString()).toBe('two')
    })

    test('of eight writers of one name at the same time one stores, and the object is whole and is that one’s', async () => {
      const store = await opened()
      const contents = Array.from({ length: 8 }, (_, index) => contentOf(Buffer.alloc(200_000, `${index}`)))
      const outcomes = await Promise.allSettled(contents.map(content => store.put('race', content)))
      const winners = outcomes.flatMap((each, index) => (each.status === 'fulfilled' ? [index] : []))
      expect(winners).toHaveLength(1)
      expect(outcomes.filter(each => each.status === 'rejected').map(each => each.reason)).toEqual(
        Array(7).fill(isKind('taken')),
      )
      expect(sha256(await bytesOf(store, 'race'))).toBe(contents[winners[0] ?? -1]?.sha256)
    })

    test.each([
      ['fewer', Buffer.from('announced'), Buffer.from('announ')],
      ['more', Buffer.from('announced'), Buffer.from('announced and more')],
      ['other', Buffer.from('announced'), Buffer.from('announceD')],
      ['no', Buffer.from('announced'), Buffer.alloc(0)],
      ['some, where none were announced,', Buffer.alloc(0), Buffer.from('x')],
    ])('where %s bytes come than were announced nothing is stored', async (_, announced, real) => {
      const store = await opened()
      await expect(store.put('wrong', lying(announced, real))).rejects.toEqual(isKind('wrong'))
      expect(await store.head('wrong')).toBeUndefined()
      expect(await keysOf(store)).toEqual([])
    })

    test('a source that fails half-way stores nothing, and its own error is what is told', async () => {
      const store = await opened()
      const failing: Content = {
        ...contentOf(Buffer.alloc(3_000_000)),
        async *open() {
          yield Buffer.alloc(1_500_000)
          throw new Error('the table is gone')
        },
      }
      await expect(store.put('half', failing)).rejects.toThrow('the table is gone')
      expect(await keysOf(store)).toEqual([])
    })

    test('what is not there is told so, and may be deleted', async () => {
      const store = await opened()
      expect(await store.head('none')).toBeUndefined()
      await expect(store.get('none')).rejects.toEqual(isKind('absent'))
      await expect(store.get('none/below')).rejects.toEqual(isKind('absent'))
      await store.delete('none')
      await store.put('some', contentOf('x'))
      await store.delete('some')
      expect(await store.head('some')).toBeUndefined()
      expect(await keysOf(store)).toEqual([])
    })

    test('a list holds all that begins so, more than a page of it, and nothing else', async () => {
      const store = await opened()
      const names = Array.from({ length: 1100 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
      const left = [...names, 'man', 'manyfold', 'many-x/1', 'other/many/0001']
      const worker = async () => {
        for (let name = left.pop(); name !== undefined; name = left.pop())
          await store.put(name, contentOf(name))
      }
      await Promise.all(Array.from({ length: 16 }, worker))
      expect(await keysOf(store, 'many/')).toEqual(names)
      expect(await keysOf(store, 'many/109')).toEqual(names.slice(1090))
      expect(await keysOf(store, 'many')).toHaveLength(1102)
      expect(await keysOf(store, 'none/')).toEqual([])
      expect(await keysOf(store)).toHaveLength(1104)
    })

    test('names that mean something else elsewhere are refused before anything is asked', async () => {
      const store = await opened()
      for (const key of hostileKeys) {
        for (const call of [
          () => store.put(key, contentOf('x')),
          () => store.get(key),
          () => store.head(key),
          () => store.delete(key),
        ])
          await expect(call(), JSON.stringify(key)).rejects.toThrow(OpsError)
      }
      expect(await keysOf(store)).toEqual([])
    })

    test('any text can be a segment of a name', async () => {
      const store = await opened()
      const texts = [
        'a b',
        '..',
        '.',
        'ä/ö',
        '%2e%2e',
        'x\0y\n',
        "Robert'); DROP",
        '~7E',
        'A',
        'a',
        '`q`.`t`',
      ]
      for (const text of texts) await store.put(`t/${keySegment(text)}`, contentOf(text))
      for (const text of texts) expect((await bytesOf(store, `t/${keySegment(text)}`)).toString()).toBe(text)
      expect(await keysOf(store, 't/')).toHaveLength(texts.length)
    })

    test('a proof fails when the object is gone, and when it is another one', async () => {
      const store = await opened()
      const { proof } = await putProved(store, 'p', contentOf('rows'))
      await proveAgain(store, proof)
      await store.put('p', contentOf('rowz'), { replace: true })
      await expect(prove(store, 'p', proof)).rejects.toEqual(isKind('wrong'))
      await expect(proveAgain(store, proof)).rejects.toEqual(isKind('taken'))
      await expect(store.get('p', { etag: proof.etag })).rejects.toEqual(isKind('taken'))
      await store.delete('p')
      await expect(prove(store, 'p', proof)).rejects.toEqual(isKind('absent'))
      await expect(proveAgain(store, proof)).rejects.toEqual(isKind('absent'))
    })

    test('a call that is given up ends at once and leaves no part of an object', async () => {
      const store = await opened()
      const stop = new AbortController()
      const slow: Content = {
        ...contentOf(Buffer.alloc(400_000)),
        async *open() {
          yield Buffer.alloc(200_000)
          stop.abort()
          yield Buffer.alloc(200_000)
        },
      }
      await expect(store.put('slow', slow, { signal: stop.signal })).rejects.toThrow()
      expect(await keysOf(store)).toEqual([])
    })

    test('a reader that stops half-way, or never begins, holds up nobody', async () => {
      const store = await opened()
      await store.put('long', contentOf(Buffer.alloc(3_000_000, 'z')))
      for (let round = 0; round < 40; round++) {
        const { body } = await store.get('long')
        if (round % 2 === 0) for await (const _ of body) break
        body.destroy()
      }
      expect(await bytesOf(store, 'long')).toHaveLength(3_000_000)
    })

    test('a look before use finds nothing against it, and a rehearsal leaves nothing behind', async () => {
      const store = await opened()
      const findings = await store.look({ keepDays: 'for ever' })
      expect(findings.map(({ about }) => about)).toContain('place')
      expect(findings.filter(({ verdict }) => verdict === 'refuse')).toEqual([])
      expect(await keysOf(store)).toEqual([])
      expect((await rehearse(store)).filter(({ verdict }) => verdict !== 'good')).toEqual([])
      expect(await keysOf(store)).toEqual([])
    })
  })
}
