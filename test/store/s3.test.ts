/** The store in S3, on a real server behind a proxy that breaks what it is told to break. */
import { createHash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { contentOf } from '../../src/store/content.ts'
import { prove, proveAgain, putProved } from '../../src/store/prove.ts'
import { retrying } from '../../src/store/retrying.ts'
import { type S3Options, S3Store } from '../../src/store/s3.ts'
import type { Encryption, Store } from '../../src/store/store.ts'
import { isStoreError } from '../../src/store/store-error.ts'
import { realHosts } from '../hosts/available.ts'
import { login, loginSecret, useCeph } from './ceph.ts'
import { bytesOf, isKind, keysOf, storeConformance } from './conformance.ts'
import {
  always,
  changes,
  cuts,
  dropsAfter,
  dropsBefore,
  type Fault,
  flips,
  hides,
  neverAnswers,
  refuses,
  refusesAfterDoing,
  shortens,
  stallsAfter,
  useFaultProxy,
} from './fault-proxy.ts'

const key: Encryption = { algorithm: 'aws:kms', keyId: 'archive-key' }
const partsFromBytes = 18_000_000

describe.skipIf(!realHosts().available)('a store in S3', () => {
  const ceph = useCeph()
  const proxy = useFaultProxy(ceph)
  afterEach(() => proxy().calm())

  let count = 0
  /** A store of its own, through the proxy, patient for some milliseconds. */
  const open = async (options: Partial<S3Options> = {}): Promise<Store> => {
    await ceph().configure('PUT', 'archive', '')
    const retries = { tries: 4, firstMs: 1, longestMs: 5 }
    const store = new S3Store({
      bucket: 'archive',
      prefix: `store ${count++}/ünder+100%`,
      region: 'us-east-1',
      endpoint: proxy().url,
      pathStyle: true,
      credentials: login,
      idleMs: 2000,
      encryption: key,
      partsFromBytes,
      retries,
      ...options,
    })
    onTestFinished(() => store.close())
    return retrying(store, retries)
  }

  storeConformance(() => open(), partsFromBytes + 1)

  describe('stores and proves what it should although', () => {
    const one = (fault: Fault) => [fault]
    const three = (fault: Fault) => [fault, fault, fault]
    test.each<[string, string, RegExp, Fault[]]>([
      [
        'it is told to slow down three times',
        'PUT',
        /rows/,
        three(refuses(503, 'SlowDown', { 'retry-after': '1' })),
      ],
      ['the server has an error of its own', 'PUT', /rows/, three(refuses(500, 'InternalError'))],
      [
        'the server says 500 after it has stored',
        'PUT',
        /rows/,
        one(refusesAfterDoing(500, 'InternalError')),
      ],
      [
        'a proxy says 502 after the server has stored',
        'PUT',
        /rows/,
        one(refusesAfterDoing(502, 'BadGateway')),
      ],
      ['two writes of one name crossed', 'PUT', /rows/, one(refuses(409, 'ConditionalRequestConflict'))],
      ['the server thinks that the body did not come', 'PUT', /rows/, one(refuses(400, 'RequestTimeout'))],
      ['the connection breaks before it is stored', 'PUT', /rows/, three(dropsBefore)],
      ['the connection breaks after it was stored', 'PUT', /rows/, one(dropsAfter)],
      ['no answer ever comes', 'PUT', /rows/, one(neverAnswers)],
      ['the first question fails', 'HEAD', /rows/, three(dropsBefore)],
      ['reading back is cut', 'GET', /rows/, three(cuts(700_000))],
      ['reading back stalls', 'GET', /rows/, one(stallsAfter(500_000))],
      ['reading back is refused for a while', 'GET', /rows/, three(refuses(503, 'ServiceUnavailable'))],
    ])('%s', async (_, method, path, faults) => {
      const store = await open()
      const bytes = randomBytes(2_000_000)
      proxy().inject(method, path, ...faults)
      const { proof, encryption } = await putProved(store, 'rows', contentOf(bytes))
      expect(encryption).toEqual(key)
      expect(proof.etag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`)
      proxy().calm()
      expect((await bytesOf(store, 'rows')).equals(bytes)).toBe(true)
      expect(await keysOf(store)).toEqual(['rows'])
    })

    test.each<[string, string, RegExp, Fault]>([
      ['one of its parts is lost on the way', 'PUT', /partNumber=2/, dropsBefore],
      ['the answer to a part is lost', 'PUT', /partNumber=1/, dropsAfter],
      ['a part is refused for a while', 'PUT', /partNumber=1/, refuses(503, 'SlowDown')],
      ['the upload has no beginning at first', 'POST', /uploads/, refuses(500, 'InternalError')],
      ['the answer to its end is lost', 'POST', /uploadId/, dropsAfter],
      ['its end is answered by 200 with an error in it', 'POST', /uploadId/, refuses(200, 'InternalError')],
    ])('it goes out in parts and %s', async (_, method, path, fault) => {
      const store = await open()
      const bytes = randomBytes(partsFromBytes + 5)
      proxy().inject(method, path, fault)
      await putProved(store, 'rows', contentOf(bytes))
      expect(await keysOf(store)).toEqual(['rows'])
    })
  })

  test('an answer that was lost is found out by reading the object, not by sending it once more', async () => {
    const store = await open()
    proxy().inject('PUT', /rows/, dropsAfter)
    proxy().seen()
    expect(await store.put('rows', contentOf('these'))).toMatchObject({
      outcome: 'was-there',
      encryption: key,
    })
    expect(
      proxy()
        .seen()
        .map(each => each.split(' ')[0]),
    ).toEqual(['HEAD', 'PUT', 'HEAD', 'GET'])
  })

  test('where another writer was first while our answer was lost, his object stays and we say so', async () => {
    const store = await open()
    const other = await open({
      prefix: store.url.slice('s3://archive/'.length),
      endpoint: new URL(`http://${ceph().address}:${ceph().port}`),
    })
    proxy().inject('PUT', /rows/, async ({ incoming }) => {
      await other.put('rows', contentOf('theirs'))
      incoming.socket.destroy()
    })
    await expect(store.put('rows', contentOf('ours'))).rejects.toEqual(isKind('taken'))
    expect((await bytesOf(store, 'rows')).toString()).toBe('theirs')
  })

  test('a server that answers 412 of itself is enough: nothing is overwritten where the first question was answered wrongly', async () => {
    const store = await open()
    await store.put('rows', contentOf('first'))
    proxy().inject(
      'HEAD',
      /rows/,
      changes(answer => ({ ...answer, status: 404 })),
    )
    await expect(store.put('rows', contentOf('second'))).rejects.toEqual(isKind('taken'))
    expect((await bytesOf(store, 'rows')).toString()).toBe('first')
  })

  describe('trusts nothing when', () => {
    const sse = ['x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id']
    const always = (fault: Fault) => Array<Fault>(9).fill(fault)
    test.each<[string, string, string, Fault[]]>([
      ['reading back gives a shorter body, announced so', 'wrong', 'GET', always(shortens(10))],
      ['reading back gives an empty body', 'wrong', 'GET', always(shortens(0))],
      ['reading back gives one other bit', 'wrong', 'GET', always(flips(1000))],
      [
        'reading back gives a longer body',
        'wrong',
        'GET',
        always(changes(a => ({ ...a, body: Buffer.concat([a.body, a.body]) }))),
      ],
      ['the object is gone after it was confirmed', 'absent', 'GET', always(refuses(404, 'NoSuchKey'))],
      ['the answer to storing names no encryption', 'unencrypted', 'PUT', always(hides(...sse))],
      [
        'the answer to storing names another encryption',
        'unencrypted',
        'PUT',
        always(changes(a => ({ ...a, headers: { ...a.headers, 'x-amz-server-side-encryption': 'AES256' } }))),
      ],
      [
        'the answer to storing names another key',
        'unencrypted',
        'PUT',
        always(
          changes(a => ({
            ...a,
            headers: { ...a.headers, 'x-amz-server-side-encryption-aws-kms-key-id': 'other-key' },
          })),
        ),
      ],
      ['the answer to reading back names no encryption', 'unencrypted', 'GET', always(hides(...sse))],
      ['the server never answers', 'lost', 'PUT', always(dropsBefore)],
      ['the server is busy for ever', 'busy', 'PUT', always(refuses(503, 'SlowDown'))],
      ['reading back is cut at its first byte for ever', 'lost', 'GET', always(cuts(0))],
      ['the login may not write', 'denied', 'PUT', always(refuses(403, 'AccessDenied'))],
      ['the answer is no S3', 'wrong', 'GET', always(hides('etag'))],
    ])('%s', async (_, kind, method, faults) => {
      const store = await open()
      proxy().inject(method, /rows/, ...faults)
      const error = await putProved(store, 'rows', contentOf(Buffer.alloc(5000, 'r'))).then(
        () => undefined,
        thrown => thrown,
      )
      expect(isStoreError(error) && error.kind).toBe(kind)
      if (!isStoreError(error)) return
      expect(error.data).toMatchObject({
        title: expect.stringMatching(/rows|127\.0\.0\.1|archive/),
        next: expect.stringMatching(/\w{3}/),
      })
      expect(JSON.stringify(error.data)).not.toContain(loginSecret)
    })
  })

  test('a login that ends in the middle is renewed, whichever question meets it', async () => {
    for (const method of ['HEAD', 'PUT', 'GET']) {
      let asked = 0
      const store = await open({
        credentials: async () => {
          asked++
          return login()
        },
      })
      const ended = refuses(400, 'ExpiredToken')
      proxy().inject(method, /rows/, ended)
      // A refused HEAD says nothing: the same is asked by GET.
      if (method === 'HEAD') proxy().inject('GET', /rows/, ended)
      await putProved(store, 'rows', contentOf('x'))
      expect(asked).toBe(2)
    }
  })

  test('a server that does not know checksum headers is asked without them from then on', async () => {
    for (const [method, path] of [
      ['PUT', /rows/],
      ['POST', /uploads/],
    ] as const) {
      const store = await open()
      const withChecksums: string[] = []
      const note: Fault = async exchange => {
        if (Object.keys(exchange.incoming.headers).some(name => /^x-amz-(?:sdk-)?checksum-/.test(name))) {
          withChecksums.push(exchange.path)
          const more = 'A header you provided implies functionality that is not implemented: x-amz-checksum'
          await refuses(501, 'NotImplemented', {}, more)(exchange)
        } else await changes(answer => answer)(exchange)
      }
      proxy().inject(method, path, note, note, note)
      await putProved(store, 'rows', contentOf(Buffer.alloc(method === 'PUT' ? 10 : partsFromBytes)))
      expect(withChecksums).toHaveLength(1)
    }
  })

  test('a bucket with Object Lock, which takes nothing whose checksum is not named, takes an object and a large one in parts', async () => {
    const store = await open()
    const locked: Fault = async exchange => {
      const { 'x-amz-sdk-checksum-algorithm': named, 'content-md5': md5 } = exchange.incoming.headers
      const more = 'Content-MD5 or x-amz-sdk-checksum-algorithm header required'
      await (named === 'SHA256' || md5 !== undefined
        ? changes(answer => answer)
        : refuses(400, 'InvalidRequest', {}, more))(exchange)
    }
    proxy().inject('PUT', /locked/, ...always(locked))
    await putProved(store, 'locked', contentOf('x'))
    await putProved(store, 'locked-large', contentOf(Buffer.alloc(partsFromBytes)))
  })

  test('a server that confirms an object before it has got it is not believed', async () => {
    const store = await open()
    const early: Fault = ({ response }) =>
      void response.writeHead(200, { etag: '"x"', 'content-length': '0' }).end()
    proxy().inject('PUT', /rows/, early)
    const huge = Buffer.alloc(partsFromBytes - 1)
    await expect(store.put('rows', contentOf(huge))).rejects.toEqual(isKind('wrong'))
    expect(await store.head('rows')).toBeUndefined()
  })

  test('a body that the server does not take, and never answers, is given up', async () => {
    const store = await open()
    proxy().inject('PUT', /rows/, () => undefined)
    await putProved(store, 'rows', contentOf(Buffer.alloc(partsFromBytes - 1)))
    expect(await keysOf(store)).toEqual(['rows'])
  })

  test('an object that goes five seconds after it was proved is missed by the second look', async () => {
    const store = await open()
    const { proof } = await putProved(store, 'rows', contentOf('x'))
    await proveAgain(store, proof)
    await store.delete('rows')
    await expect(proveAgain(store, proof)).rejects.toEqual(isKind('absent'))
    await expect(prove(store, 'rows', proof)).rejects.toEqual(isKind('absent'))
  })
})
