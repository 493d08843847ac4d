/** What ops takes for the answer of `ssh -G` without asking is what `ssh -G` says; `OPS_SSH_CONFIGS=1000` tries more of them. */
import { execFile } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseSettings, resolveHost, type SshSettings } from '../../src/transport/ssh-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'ops-alike-hosts-'))
const programs = join(folder, 'programs')
const started = join(folder, 'started')
const path = process.env.PATH ?? ''

/** An ssh that notes that it was started, and is the real one otherwise. */
beforeAll(() => {
  mkdirSync(programs)
  writeFileSync(join(programs, 'ssh'), `#!/bin/sh\necho >>${started}\nPATH=$OPS_REAL_PATH exec ssh "$@"\n`, {
    mode: 0o755,
  })
  process.env.OPS_REAL_PATH = path
  process.env.PATH = `${programs}${delimiter}${path}`
})
afterAll(() => {
  process.env.PATH = path
  delete process.env.OPS_REAL_PATH
  rmSync(folder, { recursive: true, force: true })
})

let written = 0
function config(text: string): string {
  const file = join(folder, `config-${written++}`)
  writeFileSync(file, text)
  return file
}

/** How often ssh was started for this. */
async function countingSsh<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly count: number }> {
  writeFileSync(started, '')
  const value = await work()
  return { value, count: readFileSync(started, 'utf8').length }
}

interface Asked {
  readonly name: string
  readonly user?: string
  readonly port?: number
}

const ours = (
  sshConfigFile: string | undefined,
  { name, ...rest }: Asked,
): Promise<SshSettings | 'refused'> =>
  resolveHost({
    name,
    destination: name,
    ...(sshConfigFile !== undefined && { sshConfigFile }),
    ...rest,
  }).then(
    ({ settings }) => comparable(settings),
    () => 'refused',
  )

async function theirs(
  file: string | undefined,
  { name, user, port }: Asked,
): Promise<SshSettings | 'refused'> {
  const words = [
    ...(file === undefined ? [] : ['-F', file]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ]
  const env = { ...process.env, PATH: path }
  return promisify(execFile)('ssh', ['-N', '-T', '-G', ...words, '--', name], { env }).then(
    ({ stdout }) => comparable(parseSettings(stdout)),
    () => 'refused',
  )
}

/** Where somebody else's control master listens is nothing that ops asks for. */
function comparable(settings: SshSettings): SshSettings {
  const rest = new Map(settings)
  rest.delete('controlpath')
  return rest
}

const names = [
  ...[
    'web1',
    'web2',
    'web3',
    'web4',
    'db1',
    'db2',
    'db3',
    'Cache1',
    'edge.example.com',
    '10.0.0.7',
    'a',
    'b',
  ],
]

async function expectEqual(file: string | undefined, asked: readonly Asked[]): Promise<void> {
  const [found, wanted] = await Promise.all([
    Promise.all(asked.map(each => ours(file, each))),
    Promise.all(asked.map(each => theirs(file, each))),
  ])
  for (const [at, each] of asked.entries())
    expect(found[at], `${each.name} of\n${file && readFileSync(file, 'utf8')}`).toEqual(wanted[at])
}

test('two hundred hosts with addresses, ports, users and key aliases of their own cost four starts of ssh', async () => {
  const hosts = Array.from({ length: 200 }, (_, index) => `node${index}`)
  const blocks = hosts.map(
    (name, index) =>
      `Host ${name}\n  HostName 10.1.${index >> 4}.${index}\n  Port ${2000 + index}\n  User u${index % 7}\n  HostKeyAlias ${name}-key\n`,
  )
  const shared =
    'Host node* !node7\n  IdentityFile ~/.ssh/%h-key\n  ControlPath ~/.ssh/cm-%C\n  ProxyJump bastion\nHost *\n  ServerAliveInterval 5\n'
  const file = config(`${blocks.join('')}Host node7\n  Compression yes\n${shared}`)
  const { value, count } = await countingSsh(() => Promise.all(hosts.map(name => ours(file, { name }))))
  // The first, the one that stands for the others, the one that is not as they are, and which files ssh reads.
  expect(count).toBe(4)
  for (const at of [0, 1, 7, 64, 199])
    expect(value[at]).toEqual(await theirs(file, { name: hosts[at] ?? '' }))
})

describe('a host is asked about by itself', () => {
  test.each([
    ['where a program decides', 'Match exec "test %h = web3"\n  Port 2201\n'],
    ['where a name in the config is quoted', 'Host "web3"\n  Port 2201\n'],
    ['where ssh fills in a token', 'Host *\n  RemoteCommand echo %h\n'],
    ['where a user is no plain word', 'Host web3\n  User "the-one"\n'],
  ])('%s', async (_, text) => {
    const file = config(text)
    const asked = ['web1', 'web2', 'web3'].map(name => ({ name }))
    await expectEqual(file, asked)
  })

  test('once the config has changed', async () => {
    const file = config('Host *\n  Port 2201\n')
    await expectEqual(file, [{ name: 'web1' }, { name: 'web2' }, { name: 'web3' }])
    appendFileSync(file, 'Host db*\n  User other\n  Compression yes\n')
    await expectEqual(file, [{ name: 'db1' }, { name: 'db2' }])
  })
})

test('the config of this user and this machine is as ssh says, too', async () => {
  await expectEqual(
    undefined,
    names.map(name => ({ name })),
  )
})

test('a config that is read from a pipe is read by ssh alone', async () => {
  const file = join(folder, 'pipe')
  await promisify(execFile)('mkfifo', [file])
  for (const name of ['web1', 'web2', 'web3']) {
    const feeding = promisify(execFile)('sh', ['-c', `printf 'Host *\\n  Port 2201\\n' >${file}`])
    const settings = await ours(file, { name })
    expect(settings !== 'refused' && settings.get('port')).toEqual(['2201'])
    await feeding
  }
})

const configs = Number(process.env.OPS_SSH_CONFIGS ?? 6)

test(`hosts of ${configs} random configs have the settings that ssh says, learnt or asked`, async () => {
  const { count } = await countingSsh(async () => {
    for (let seed = 1; seed <= configs; seed++) {
      const random = numbersFrom(seed)
      const file = config(randomConfig(random))
      const asked = names.map(name => ({
        name,
        ...(random(5) === 0 && { user: pick(random, ['deploy', 'ops']) }),
        ...(random(9) === 0 && { port: 2299 }),
      }))
      await expectEqual(file, asked)
    }
  })
  // Else little of this would have been learnt.
  expect(count).toBeLessThan(0.8 * names.length * configs)
})

type Random = (below: number) => number

function numbersFrom(seed: number): Random {
  let state = seed * 2654435761
  return below => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0
    return Math.floor((((state ^ (state >>> 13)) >>> 0) / 2 ** 32) * below)
  }
}

function pick<T>(random: Random, all: readonly T[]): T {
  return all[random(all.length)] as T
}

/** Most of the names have a block of their own that says where they are; some blocks are about many. */
function randomConfig(random: Random): string {
  const own = names.filter(() => random(5) > 0).map(name => `Host ${name}\n${some(random, 4, places)}`)
  const shared = Array.from({ length: 1 + random(4) }, () => block(random, 0))
  const blocks = random(4) === 0 ? [...shared, ...own] : [...own, ...shared]
  return (random(3) === 0 ? some(random, 3, settings) : '') + blocks.join('')
}

function block(random: Random, depth: number): string {
  const patterns = ['web*', '*', 'db?', '!web2 *', '!db1 d*', 'WEB1', 'web1 db1 edge*', '* # web1', '10.*']
  const head = pick(random, ['Host ', 'host\t', 'Host=', '  HOST  = ']) + pick(random, patterns)
  const rare = [
    'Match all',
    'Match originalhost web1,db*',
    'Match user deploy',
    'Match host 10.*',
    'Host "web1"',
  ]
  const first = random(20) === 0 ? pick(random, rare) : head
  const inside = some(random, 4, settings) + some(random, 2, random(4) === 0 ? filledIn : places)
  return `${first}\n${inside}${random(6) === 0 && depth < 2 ? include(random, depth) : ''}`
}

function include(random: Random, depth: number): string {
  const inside = join(folder, `included-${written++}`)
  mkdirSync(inside)
  for (const name of ['10-b.conf', '9-a.conf', '.hidden.conf', 'other'])
    writeFileSync(join(inside, name), some(random, 2, settings) + block(random, depth + 1))
  return `  Include ${inside}/${pick(random, ['*.conf', 'other', '?-a.conf', 'missing', '[0-9]*.conf'])}\n`
}

function some(random: Random, most: number, lines: readonly string[]): string {
  return Array.from({ length: random(most + 1) }, () => `  ${pick(random, lines)}\n`).join('')
}

const places = [
  ...[
    'HostName 10.0.0.%h',
    'HostName Box.Example.COM',
    'HostName box2',
    'HostName box3.example.com',
    'HostName 10.9.8.7',
    'HostName 10.9.8.6',
    'HostName 2001:db8::0002',
    'HostName 10.1',
    'hostname = 192.168.1.9 # old',
  ],
  ...['HostName %h.example.com', 'HostName 50%%', 'Port 22', 'Port=2222', 'User root', 'User deploy'],
  ...['User ops # of old', 'HostKeyAlias [10.0.0.1]:22', 'HostKeyAlias alias-2'],
]
const settings = [
  ...['IdentityFile ~/.ssh/id_%h', 'IdentityFile /keys/one', 'IdentityFile none', 'IdentitiesOnly yes'],
  ...['ProxyJump db1', 'ProxyJump none', 'ProxyJump root@10.0.0.7:22,web1', 'ControlPath /run/cm-%C'],
  ...['ControlPath none', 'UserKnownHostsFile ~/.ssh/known.d/%k', 'UserKnownHostsFile /a /b', 'SetEnv A=%h'],
  ...['StrictHostKeyChecking no', 'Ciphers aes128-ctr', 'ConnectTimeout 5', 'CanonicalizeHostname no'],
  ...['AddressFamily inet', 'SendEnv LANG', '# Port 99', '', 'LogLevel QUIET', 'Compression yes'],
]
/** What ssh fills in, or writes in another way. */
const filledIn = [
  ...[
    'RemoteCommand echo %n',
    'LocalForward 8080 %h:80',
    'IdentityAgent ~/agents/%r',
    'ProxyCommand nc %h %p',
  ],
  ...['CertificateFile /certs/%h', 'LocalCommand echo %h', 'KnownHostsCommand /bin/echo %H', 'Port 0022'],
  ...['HostKeyAlias Alias-1', 'User ab # c', 'User "ab"'],
]
