/** Which store a `--to` opens, with which login, and what is refused before anything is contacted. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { InputErrors, OpsError } from '../../src/base/errors.ts'
import { parseInventory } from '../../src/inventory/parse.ts'
import { parseAwsFile } from '../../src/store/aws-files.ts'
import { credentialChain } from '../../src/store/credential-chain.ts'
import { CredentialKeeper, credentials } from '../../src/store/credentials.ts'
import { openStore } from '../../src/store/open-store.ts'
import { parseS3Url, urlOf } from '../../src/store/s3-address.ts'
import { readS3Settings } from '../../src/store/s3-settings.ts'
import { run } from '../hosts/command.ts'
import { temporaryFolder, writeFiles } from '../temporary-folder.ts'

const home = temporaryFolder({
  '.aws/credentials': `[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = default/secret+1=
# a comment
[backup]
aws_access_key_id=AKIDBACKUP
aws_secret_access_key=backup-secret
aws_session_token = backup-token
`,
})
writeFiles(home, {
  'print keys.sh': `echo '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"process-secret","Expiration":"2027-01-01T00:00:00Z"}'`,
  '.aws/config': `[default]
region = eu-west-1
s3 =
  addressing_style = path
  aws_access_key_id = AKIDNESTED

[profile backup]
region = eu-central-1
[profile sso]
sso_start_url = https://example.awsapps.com/start
[profile role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = default
[profile process]
credential_process = sh "${home}/print keys.sh"
[profile broken]
credential_process = sh -c "echo leaked-secret; exit 3"
`,
})
const silent = { AWS_EC2_METADATA_DISABLED: 'true' }
const keys = { AWS_ACCESS_KEY_ID: 'AKIDENV', AWS_SECRET_ACCESS_KEY: 'env-secret' }
const s3Settings = (lines: string) =>
  readS3Settings(parseInventory(`[s3]\n${lines}\n`, '/x/ops.ini').settingsOf('s3'))

describe('a store is chosen by what --to says:', () => {
  test.each([
    ['backups', '/work/backups'],
    ['./a:b', '/work/a:b'],
    ['/srv/backups/', '/srv/backups'],
    ['~/backups', `${home}/backups`],
    ['s3://acme-archive', 's3://acme-archive'],
    ['s3://acme-archive/', 's3://acme-archive'],
    ['s3://acme-archive/events/2026/', 's3://acme-archive/events/2026'],
  ])('%s', (to, url) => {
    expect(openStore(to, { env: {}, home, cwd: '/work' }).url).toBe(url)
  })

  test.each([
    [''],
    ['https://acme-archive.s3.amazonaws.com/x'],
    ['s3:acme-archive'],
    ['s3://'],
    ['s3://Acme'],
    ['s3://user:word@acme-archive/x'],
    ['s3://acme-archive/../x'],
    ['s3://acme-archive//x'],
    ['s3://acme-archive/a\nb'],
    ['s3://127.0.0.1/x'],
    ['mysql://db/x'],
  ])('%j is refused with the way to write it', to => {
    expect(() => openStore(to, { env: {}, home })).toThrow(OpsError)
  })

  test('a folder that is asked to encrypt says that it cannot', () => {
    expect(() => openStore('backups', { sse: 'aws:kms', env: {}, home })).toThrow(/cannot encrypt/)
    expect(
      openStore('s3://acme-archive', { sse: 'aws:kms:alias/archive', env: {}, home }).encryption,
    ).toEqual({
      algorithm: 'aws:kms',
      keyId: 'alias/archive',
    })
    expect(() => openStore('s3://acme-archive', { sse: 'rot13', env: {}, home })).toThrow(OpsError)
  })

  test('rows do not go over the network as plain text unless that is written', () => {
    const at =
      (lines: string, env = {}) =>
      () =>
        openStore('s3://acme-archive', { settings: s3Settings(lines), env, home })
    expect(at('endpoint = http://store.example:9000')).toThrow(/without TLS/)
    expect(at('', { AWS_ENDPOINT_URL: 'http://10.0.0.1' })).toThrow(/without TLS/)
    expect(at('endpoint = http://127.0.0.1.example')).toThrow(/without TLS/)
    expect(at('endpoint = http://127.0.0.1:9000')).not.toThrow()
    expect(at('endpoint = http://store.example:9000\ntls = off')).not.toThrow()
    expect(at('endpoint = https://user:word@store.example')).toThrow(/no user/)
  })
})

describe('[s3] of ops.ini', () => {
  test('is read, and all that is wrong in it is told at once', () => {
    expect(
      s3Settings('endpoint = https://store.example\nregion = eu-1\npath-style = yes\nprofile = backup'),
    ).toEqual({
      endpoint: 'https://store.example',
      region: 'eu-1',
      pathStyle: true,
      profile: 'backup',
    })
    const wrong = () => s3Settings('endpont = x\npath-style = perhaps\nsecret-key = abc\nregion = Köln')
    expect(wrong).toThrow(InputErrors)
    expect(wrong).toThrow(/no setting "endpont"[\s\S]*perhaps[\s\S]*takes no secret-key[\s\S]*Köln/)
  })
})

describe('a bucket is found at', () => {
  const aws = { bucket: 'acme-archive', region: 'eu-central-1', pathStyle: false }
  const own = { ...aws, endpoint: new URL('https://store.example:8443/s3/'), pathStyle: true }
  test.each([
    [aws, 'a=1/b~20', {}, 'https://acme-archive.s3.eu-central-1.amazonaws.com/a%3D1/b~20'],
    [
      aws,
      '',
      { 'list-type': '2', prefix: 'a b+ü/' },
      'https://acme-archive.s3.eu-central-1.amazonaws.com/?list-type=2&prefix=a%20b%2B%C3%BC%2F',
    ],
    [{ ...aws, region: 'cn-north-1' }, 'x', {}, 'https://acme-archive.s3.cn-north-1.amazonaws.com.cn/x'],
    [{ ...aws, pathStyle: true }, 'x', {}, 'https://s3.eu-central-1.amazonaws.com/acme-archive/x'],
    [own, "ä '*+%?#/x", {}, 'https://store.example:8443/s3/acme-archive/%C3%A4%20%27%2A%2B%25%3F%23/x'],
    [own, '', { lifecycle: '' }, 'https://store.example:8443/s3/acme-archive?lifecycle'],
  ])('the right URL (%#)', (place, path, query, url) => {
    expect(urlOf(place, path, query).href).toBe(url)
  })

  test('a prefix is what comes after the bucket, as it is written', () => {
    expect(parseS3Url('s3://acme-archive/My Files/ü+%20')).toEqual({
      bucket: 'acme-archive',
      prefix: 'My Files/ü+%20',
    })
  })
})

test.skipIf(!existsSync('/usr/bin/openssl'))(
  'a server with a certificate of its own is trusted where [s3] or AWS_CA_BUNDLE names it, and else told so',
  async () => {
    const [key, cert] = [join(home, 'key.pem'), join(home, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const made = [
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
    ]
    await run([...made, '-days', '2', '-keyout', key, '-out', cert, ...subject])
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
      response.writeHead(404).end(),
    )
    await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
    onTestFinished(() => void server.close())
    const endpoint = `endpoint = https://localhost:${(server.address() as AddressInfo).port}`
    const head = async (lines: string, env: Record<string, string> = {}) => {
      const store = openStore('s3://acme-archive', {
        settings: s3Settings(lines),
        env: { ...keys, ...env },
        home,
      })
      return store.head('a').finally(() => store.close())
    }
    const error = await head(endpoint).catch(thrown => thrown)
    expect(error).toMatchObject({
      kind: 'denied',
      data: { title: expect.stringMatching(/did not prove who it is/) },
    })
    expect(await head(`${endpoint}\nca = ${cert}`)).toBeUndefined()
    expect(await head(endpoint, { AWS_CA_BUNDLE: cert })).toBeUndefined()
    expect(() => s3Settings('ca = /nowhere.pem')).toThrow(/cannot be read/)
  },
)

describe('credentials come from', () => {
  const found = (env: Record<string, string>, profile?: string) => credentialChain({ env, home, profile })()

  test('the environment, before all files', async () => {
    const login = await found({ ...keys, AWS_SESSION_TOKEN: 'env-token' })
    expect([login.accessKeyId, login.secretAccessKey.reveal(), login.sessionToken?.reveal()]).toEqual([
      'AKIDENV',
      'env-secret',
      'env-token',
    ])
    await expect(found({ AWS_ACCESS_KEY_ID: 'AKIDENV' })).rejects.toThrow(/AWS_SECRET_ACCESS_KEY is not set/)
  })

  test('a profile of the AWS files, which counts before the environment where the user of ops names it', async () => {
    expect(await found({})).toMatchObject({ accessKeyId: 'AKIDDEFAULT' })
    expect((await found({})).secretAccessKey.reveal()).toBe('default/secret+1=')
    expect(await found({ AWS_PROFILE: 'backup' })).toMatchObject({ accessKeyId: 'AKIDBACKUP' })
    expect(await found(keys, 'backup')).toMatchObject({ accessKeyId: 'AKIDBACKUP' })
    await expect(found({ AWS_PROFILE: 'none' })).rejects.toThrow(/no profile none/)
  })

  test('a program of the user’s own, whose output is never told', async () => {
    expect(await found({}, 'process')).toMatchObject({
      accessKeyId: 'AKIDPROCESS',
      expiresAt: new Date('2027-01-01T00:00:00Z'),
    })
    const error = await found({}, 'broken').catch(thrown => thrown)
    expect(error).toBeInstanceOf(OpsError)
    expect(inspect(error)).not.toContain('leaked-secret')
  })

  test.each(['sso', 'role'])(
    'nowhere, where a profile logs in by %s: the way to have AWS’s tool do it is told',
    async name => {
      const error = await found({}, name).catch(thrown => thrown)
      expect(error.data.next).toContain(`aws configure export-credentials --profile ${name}`)
    },
  )

  test('the container, and the machine by its second protocol alone', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(
        `${request.method} ${request.url} ${request.headers.authorization ?? request.headers['x-aws-ec2-metadata-token'] ?? ''}`,
      )
      const json = JSON.stringify({
        AccessKeyId: 'AKIDROLE',
        SecretAccessKey: 's',
        Token: 't',
        Expiration: '2027-01-01T00:00:00Z',
      })
      if (request.url === '/latest/api/token') response.end(request.method === 'PUT' ? 'tok' : '')
      else response.end(request.url?.endsWith('security-credentials/') ? 'archiver' : json)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const nowhere = { AWS_SHARED_CREDENTIALS_FILE: '/nowhere', AWS_CONFIG_FILE: '/nowhere' }
    const container = {
      ...nowhere,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${base}/creds`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'auth',
    }
    expect(await found(container)).toMatchObject({ accessKeyId: 'AKIDROLE', from: 'the container' })
    expect(await found({ ...nowhere, AWS_EC2_METADATA_SERVICE_ENDPOINT: base })).toMatchObject({
      accessKeyId: 'AKIDROLE',
    })
    expect(asked).toEqual([
      'GET /creds auth',
      'PUT /latest/api/token ',
      'GET /latest/meta-data/iam/security-credentials/ tok',
      'GET /latest/meta-data/iam/security-credentials/archiver tok',
    ])
    await expect(found({ ...nowhere, ...silent })).rejects.toThrow(/no credentials/)
    await expect(
      found({ ...nowhere, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://metadata.example/x' }),
    ).rejects.toThrow(/without TLS/)
  })

  test('anywhere: no way of printing them shows a secret', async () => {
    const login = await found({ ...keys, AWS_SESSION_TOKEN: 'env-token' })
    for (const text of [
      inspect(login, { depth: 9, showHidden: true }),
      JSON.stringify(login),
      `${login.secretAccessKey}`,
    ])
      expect(text).not.toMatch(/env-secret|env-token/)
  })

  test('the source once, and again shortly before they end or when a server refused them', async () => {
    let asked = 0
    const keeper = new CredentialKeeper(async () => {
      asked++
      return { ...credentials('A', 's', undefined, 'here'), expiresAt: new Date(3_600_000) }
    })
    await Promise.all([keeper.get(0), keeper.get(0)])
    await keeper.get(3_000_000)
    expect(asked).toBe(1)
    await keeper.get(3_400_000)
    expect(asked).toBe(2)
    keeper.forget()
    await keeper.get(0)
    expect(asked).toBe(3)
  })

  test('files with comments, nested settings, odd spaces and Windows line ends', () => {
    const text =
      '\uFEFF[ profile   x ]\r\nregion=eu-1 # here\r\ns3 =\r\n  region = no\r\n; c\r\n__proto__ = 1\r\n'
    expect({ ...parseAwsFile(text).get('profile x') }).toMatchObject({ region: 'eu-1', s3: '' })
  })
})
