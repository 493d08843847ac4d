/** What is seen of a real bucket before it is used, and what is done about its region, its clock and its refusals. */
import { type AddressInfo, createServer } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { parseInventory } from '../../src/inventory/parse.ts'
import { contentOf } from '../../src/store/content.ts'
import { openStore } from '../../src/store/open-store.ts'
import { putProved } from '../../src/store/prove.ts'
import { rehearse } from '../../src/store/rehearse.ts'
import { type S3Options, S3Store } from '../../src/store/s3.ts'
import { S3Client } from '../../src/store/s3-client.ts'
import { readS3Settings } from '../../src/store/s3-settings.ts'
import type { Finding, Needs } from '../../src/store/store.ts'
import { isStoreError, StoreError } from '../../src/store/store-error.ts'
import { realHosts } from '../hosts/available.ts'
import { login, loginSecret, useCeph } from './ceph.ts'
import { isKind, keysOf } from './conformance.ts'
import { type Fault, refuses, useFaultProxy } from './fault-proxy.ts'

const s3Namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

describe.skipIf(!realHosts().available)('a bucket', () => {
  const ceph = useCeph()
  const proxy = useFaultProxy(ceph)
  afterEach(() => {
    proxy().calm()
    vi.useRealTimers()
  })

  let count = 0
  const newBucket = async (): Promise<string> => {
    const bucket = `bucket-${count++}`
    await ceph().configure('PUT', bucket, '')
    return bucket
  }
  const open = (bucket: string, options: Partial<S3Options> = {}) => {
    const store = new S3Store({
      bucket,
      prefix: 'events',
      region: 'us-east-1',
      endpoint: proxy().url,
      pathStyle: true,
      credentials: login,
      retries: { tries: 2, firstMs: 1, longestMs: 5 },
      ...options,
    })
    onTestFinished(() => store.close())
    return store
  }
  const clientOf = (bucket: string): S3Client => {
    const client = new S3Client({
      bucket,
      region: 'us-east-1',
      endpoint: proxy().url,
      pathStyle: true,
      credentials: login,
    })
    onTestFinished(() => client.close())
    return client
  }
  const lookAt = async (
    bucket: string,
    needs: Needs = { keepDays: 2555 },
  ): Promise<Record<string, Finding[]>> => {
    const findings = await open(bucket).look(needs)
    return Object.fromEntries(
      [...new Set(findings.map(each => each.about))].map(about => [
        about,
        findings.filter(each => each.about === about),
      ]),
    )
  }

  test('as it was made is told to encrypt nothing and to keep no versions', async () => {
    const bucket = await newBucket()
    // This version of the server does not know the question; AWS answers it so.
    proxy().inject('GET', /\?encryption$/, refuses(404, 'ServerSideEncryptionConfigurationNotFoundError'))
    const found = await lookAt(bucket)
    expect(found).toMatchObject({
      place: [{ verdict: 'good' }],
      encryption: [{ verdict: 'note', next: expect.stringContaining('--sse') }],
      versions: [{ verdict: 'note' }],
      lifecycle: [{ verdict: 'good' }],
      public: [{ verdict: 'good' }],
    })
  })

  test('on a server that does not know what a question means is told as not seen there', async () => {
    expect((await lookAt(await newBucket())).encryption).toMatchObject([
      { verdict: 'unseen', sentence: expect.stringContaining('does not know the question') },
    ])
  })

  test('with versions is told so, and an object that is replaced has another version', async () => {
    const bucket = await newBucket()
    await ceph().configure(
      'PUT',
      bucket,
      'versioning',
      `<VersioningConfiguration ${s3Namespace}><Status>Enabled</Status></VersioningConfiguration>`,
    )
    expect((await lookAt(bucket)).versions).toMatchObject([{ verdict: 'good' }])
    const store = open(bucket)
    const first = await putProved(store, 'a', contentOf('1'))
    const second = await putProved(store, 'a', contentOf('2'), { replace: true })
    expect([first.versionId, second.versionId]).toEqual([first.proof.versionId, second.proof.versionId])
    expect(first.versionId).not.toBe(second.versionId)
    await store.delete('a')
    expect(await store.head('a')).toBeUndefined()
  })

  test('that locks its objects for seven years takes them, says so, and keeps them when they are deleted', async () => {
    const bucket = `bucket-${count++}`
    await ceph().createWithLock(bucket)
    const rule = '<DefaultRetention><Mode>GOVERNANCE</Mode><Days>2555</Days></DefaultRetention>'
    const lock = `<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>${rule}</Rule>`
    await ceph().configure(
      'PUT',
      bucket,
      'object-lock',
      `<ObjectLockConfiguration ${s3Namespace}>${lock}</ObjectLockConfiguration>`,
    )
    expect((await lookAt(bucket)).lock).toMatchObject([
      { verdict: 'good', sentence: expect.stringMatching(/2555 days \(GOVERNANCE\)/) },
    ])
    const store = open(bucket, { partsFromBytes: 6_000_000 })
    const { versionId } = await putProved(store, 'a', contentOf('rows'))
    await putProved(store, 'parts', contentOf(Buffer.alloc(6_000_001)))
    expect((await rehearse(store)).map(({ verdict }) => verdict)).toEqual(['good', 'good', 'good'])
    await store.delete('a')
    expect(await store.head('a')).toBeUndefined()
    // The version that was proved is still there for who asks for it, and cannot be taken away.
    const client = clientOf(bucket)
    const call = { path: 'events/a', query: { versionId: versionId ?? '' }, action: 'the test' }
    expect((await client.sendForText({ ...call, method: 'GET' })).text).toBe('rows')
    await expect(client.sendForHead({ ...call, method: 'DELETE' })).rejects.toEqual(isKind('denied'))
    expect((await client.sendForText({ ...call, method: 'GET' })).text).toBe('rows')
  })

  test.each([
    ['GET', 'InvalidObjectState', 403, 'failed', /restore-object/],
    ['PUT', 'QuotaExceeded', 403, 'failed', /quota/],
    ['PUT', 'KMS.DisabledException', 400, 'failed', /key/],
    ['PUT', 'KMS.UnknownException', 400, 'denied', /kms:GenerateDataKey/],
  ] as const)(
    'that refuses %s with %s tells what to do about that',
    async (method, word, status, kind, next) => {
      const store = open(await newBucket())
      proxy().inject(method, /events/, refuses(status, word))
      const error = await (method === 'PUT' ? store.put('a', contentOf('x')) : store.get('a')).then(
        () => undefined,
        thrown => thrown,
      )
      expect(error).toMatchObject({ kind, data: { changed: 'no', next: expect.stringMatching(next) } })
    },
  )

  test.each<[string, string, Needs, string[]]>([
    [
      'takes everything away after 30 days',
      '<Prefix></Prefix><Expiration><Days>30</Days></Expiration>',
      { keepDays: 2555 },
      ['refuse'],
    ],
    [
      'takes away what is under our prefix',
      '<Filter><Prefix>events/</Prefix></Filter><Expiration><Days>30</Days></Expiration>',
      { keepDays: 2555 },
      ['refuse'],
    ],
    [
      'takes away a part of what is under our prefix',
      '<Filter><Prefix>events/2026</Prefix></Filter><Expiration><Days>30</Days></Expiration>',
      { keepDays: 2555 },
      ['refuse'],
    ],
    [
      'takes away at a date',
      '<Prefix></Prefix><Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration>',
      { keepDays: 10 },
      ['refuse'],
    ],
    [
      'takes away after ten years what is needed for seven',
      '<Prefix></Prefix><Expiration><Days>3650</Days></Expiration>',
      { keepDays: 2555 },
      ['note'],
    ],
    [
      'takes away after ten years what is to stay',
      '<Prefix></Prefix><Expiration><Days>3650</Days></Expiration>',
      { keepDays: 'for ever' },
      ['refuse'],
    ],
    [
      'is about another prefix',
      '<Filter><Prefix>events-old/</Prefix></Filter><Expiration><Days>1</Days></Expiration>',
      { keepDays: 2555 },
      ['good'],
    ],
    [
      'is about objects with a tag',
      '<Filter><And><Prefix>events/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Expiration><Days>1</Days></Expiration>',
      { keepDays: 2555 },
      ['good'],
    ],
  ])('whose lifecycle rule %s is judged by that', async (_, rule, needs, verdicts) => {
    const bucket = await newBucket()
    await ceph().configure(
      'PUT',
      bucket,
      'lifecycle',
      `<LifecycleConfiguration ${s3Namespace}><Rule><ID>tidy</ID><Status>Enabled</Status>${rule}</Rule></LifecycleConfiguration>`,
    )
    expect((await lookAt(bucket, needs)).lifecycle?.map(({ verdict }) => verdict)).toEqual(verdicts)
  })

  test('whose lifecycle rule is switched off is not held to it', async () => {
    const bucket = await newBucket()
    await ceph().configure(
      'PUT',
      bucket,
      'lifecycle',
      `<LifecycleConfiguration ${s3Namespace}><Rule><ID>tidy</ID><Status>Disabled</Status><Prefix></Prefix><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>`,
    )
    expect((await lookAt(bucket)).lifecycle).toMatchObject([{ verdict: 'good' }])
  })

  test('that a policy opens to everybody is refused', async () => {
    const bucket = await newBucket()
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` },
      ],
    }
    await ceph().configure('PUT', bucket, 'policy', JSON.stringify(policy))
    expect((await lookAt(bucket)).public).toMatchObject([{ verdict: 'refuse' }])
  })

  test('whose settings the login may not read is told as not seen, never as good', async () => {
    const bucket = await newBucket()
    for (const part of ['encryption', 'versioning', 'object-lock', 'lifecycle', 'policyStatus'])
      proxy().inject('GET', new RegExp(`\\?${part}$`), refuses(403, 'AccessDenied'))
    const found = await lookAt(bucket)
    expect(found.encryption).toMatchObject([
      { verdict: 'unseen', sentence: expect.stringContaining('s3:GetEncryptionConfiguration') },
    ])
    expect(found.lifecycle).toMatchObject([{ verdict: 'unseen' }])
    expect(found.public).toMatchObject([{ verdict: 'unseen' }])
    expect(found.versions).toMatchObject([{ verdict: 'unseen' }])
  })

  test('with an upload that was killed is told to hold parts that are paid for', async () => {
    const bucket = await newBucket()
    const store = open(bucket, { partsFromBytes: 1, retries: { tries: 1, firstMs: 1, longestMs: 1 } })
    proxy().inject('PUT', /partNumber/, refuses(403, 'AccessDenied'))
    proxy().inject('DELETE', /uploadId/, refuses(403, 'AccessDenied'))
    await expect(store.put('a', contentOf('x'))).rejects.toEqual(isKind('denied'))
    expect((await lookAt(bucket)).space).toMatchObject([
      { verdict: 'note', sentence: expect.stringMatching(/^1 uploads? in parts/) },
    ])
    expect(await keysOf(store)).toEqual([])
  })

  test('that is not there, or whose login is wrong, is told with the way out and without any secret', async () => {
    const bucket = await newBucket()
    const wrong = 'a-wrong/secret+key'
    const cases: [S3Store, RegExp][] = [
      [open('bucket-of-nobody'), /no bucket bucket-of-nobody/],
      [
        open(bucket, {
          credentials: async () => ({ ...(await login()), secretAccessKey: new Secret(wrong) }),
        }),
        /login for/,
      ],
      [
        open(bucket, { credentials: async () => ({ ...(await login()), accessKeyId: 'AKIDNOBODY' }) }),
        /login for/,
      ],
    ]
    for (const [store, title] of cases) {
      for (const call of [
        () => store.look({ keepDays: 1 }),
        () => store.put('a', contentOf('x')),
        () => store.get('a'),
      ]) {
        const error = await call().then(
          () => undefined,
          thrown => thrown,
        )
        expect(error).toBeInstanceOf(StoreError)
        expect(isStoreError(error, 'denied', 'absent')).toBe(true)
        if (call.toString().includes('look')) {
          expect(error.data.title).toMatch(title)
          expect(error.data.code).toBe(/login/.test(error.data.title) ? 'authentication' : 'failed')
        }
        expect(inspect(error, { depth: 9 })).not.toContain(wrong)
        expect(inspect(error, { depth: 9 })).not.toContain(loginSecret)
      }
    }
  })

  test('that cannot be reached is told so soon, and nothing is unknown then', async () => {
    const nobody = createServer()
    await new Promise<void>(resolve => nobody.listen(0, '127.0.0.1', resolve))
    const { port } = nobody.address() as AddressInfo
    await new Promise(resolve => nobody.close(resolve))
    const store = open('bucket-of-nobody', { endpoint: new URL(`http://127.0.0.1:${port}`) })
    for (const call of [
      () => store.put('a', contentOf('x'), { replace: true }),
      () => store.look({ keepDays: 1 }),
    ])
      await expect(call()).rejects.toMatchObject({
        kind: 'lost',
        data: { code: 'unreachable', changed: 'no' },
      })
  })

  test('is reached by a machine whose clock is wrong, which is told', async () => {
    const bucket = await newBucket()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3 * 3_600_000 })
    const store = open(bucket)
    await putProved(store, 'a', contentOf('x'))
    const found = (await store.look({ keepDays: 1 })).filter(each => each.about === 'place')
    expect(found).toMatchObject([
      { verdict: 'good' },
      { verdict: 'note', sentence: expect.stringMatching(/clock is 1(0[78]|1[0-2])\d\d s behind/) },
    ])
  })

  test('in another region than was thought is asked again, signed for its own', async () => {
    const bucket = await newBucket()
    const regions: string[] = []
    const tell =
      (status: number, code: string, headers = {}, more = ''): Fault =>
      async exchange => {
        regions.push(
          /\/([a-z0-9-]+)\/s3\/aws4_request/.exec(exchange.incoming.headers.authorization ?? '')?.[1] ?? '',
        )
        await refuses(status, code, headers, more)(exchange)
      }
    proxy().inject(
      'PUT',
      /events/,
      tell(400, 'AuthorizationHeaderMalformed', {}, '<Region>eu-central-1</Region>'),
      tell(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-3' }),
      tell(503, 'SlowDown'),
    )
    const store = open(bucket)
    await expect(store.put('a', contentOf('x'))).rejects.toEqual(isKind('busy'))
    expect(regions).toEqual(['us-east-1', 'eu-central-1', 'eu-west-3'])
  })

  test('that holds marks of folders and foreign names has neither in its lists', async () => {
    const bucket = await newBucket()
    const client = clientOf(bucket)
    for (const path of [
      'events/',
      'events/rows/',
      'events/My File & <b>.txt',
      'events/ä',
      'events/.hidden',
      'events/ok',
    ])
      await client.sendForHead({ method: 'PUT', path, body: contentOf('x'), action: 'the test' })
    expect(await keysOf(open(bucket))).toEqual(['ok'])
  })

  test('is not followed to a host that nobody named', async () => {
    const bucket = await newBucket()
    proxy().inject(
      'PUT',
      /events/,
      refuses(307, 'TemporaryRedirect', { location: 'https://elsewhere.example/x' }),
    )
    await expect(open(bucket).put('a', contentOf('rows'))).rejects.toEqual(isKind('denied'))
    proxy().inject(
      'PUT',
      /events/,
      refuses(307, 'TemporaryRedirect', { location: 'https://bucket.s3.amazonaws.com/x' }),
    )
    await expect(open(bucket).put('a', contentOf('rows'))).rejects.toEqual(isKind('denied'))
    expect(await keysOf(open(bucket))).toEqual([])
  })

  test('opened as --to and [s3] of ops.ini say is rehearsed in, and its lists keep names of others apart', async () => {
    const bucket = await newBucket()
    const ini = parseInventory(`[s3]\nendpoint = ${proxy().url.origin}\nregion = us-east-1\n`, '/x/ops.ini')
    const { accessKeyId, secretAccessKey } = await login()
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey.reveal() }
    const at = (to: string) =>
      openStore(to, {
        settings: readS3Settings(ini.settingsOf('s3')),
        env,
        home: '/nowhere',
        sse: 'aws:kms:archive-key',
      })
    const [events, whole] = [at(`s3://${bucket}/events`), at(`s3://${bucket}`)]
    expect((await rehearse(events)).map(({ verdict }) => verdict)).toEqual(['good', 'good', 'good'])
    await putProved(events, 'a', contentOf('x'))
    await putProved(whole, 'events-old/a', contentOf('x'))
    expect(await keysOf(events)).toEqual(['a'])
    expect(await keysOf(whole)).toEqual(['events-old/a', 'events/a'])
    await Promise.all([events.close(), whole.close()])
  })
})
