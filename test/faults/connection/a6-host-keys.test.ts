import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { finish } from '../../hosts/command.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold, BrokenInvariant } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { oneWord, resetWord, wordPaths } from '../instruments/one-word.ts'
import { type Backend, backends } from '../instruments/proxied.ts'
import { startProxy } from '../instruments/proxy.ts'
import { noFalseSuccess } from '../invariants/i2-no-false-success.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

/** What a known_hosts file is made of. */
interface Keys {
  /** `TYPE BASE64` of the host. */
  readonly ed25519: string
  readonly rsa: string
  /** Keys of somebody else. */
  readonly other: string
  readonly otherRsa: string
}

/** A known_hosts file by the name under which the host is looked up; `hash` runs `ssh-keygen -H` over it. */
interface KnownHosts {
  readonly what: string
  readonly lines: (name: string, keys: Keys) => readonly string[]
  readonly hash?: true
  readonly config?: readonly string[]
}

const knownHosts: readonly KnownHosts[] = [
  { what: 'no line', lines: () => [] },
  { what: 'the key', lines: (name, { ed25519 }) => [`${name} ${ed25519}`] },
  { what: 'the key, hashed', lines: (name, { ed25519 }) => [`${name} ${ed25519}`], hash: true },
  { what: 'another key', lines: (name, { other }) => [`${name} ${other}`] },
  { what: 'another key, hashed', lines: (name, { other }) => [`${name} ${other}`], hash: true },
  {
    what: 'only the key of another type that the host has too',
    lines: (name, { rsa }) => [`${name} ${rsa}`],
  },
  {
    what: 'a wrong key of one type and the right one of another',
    lines: (name, { rsa, other }) => [`${name} ${other}`, `${name} ${rsa}`],
  },
  { what: 'a wrong key of another type alone', lines: (name, { otherRsa }) => [`${name} ${otherRsa}`] },
  {
    what: 'a wrong key and the right one of the same type',
    lines: (name, { ed25519, other }) => [`${name} ${other}`, `${name} ${ed25519}`],
  },
  { what: 'the key, revoked', lines: (name, { ed25519 }) => [`@revoked ${name} ${ed25519}`] },
  {
    what: 'the key and its revocation for all hosts',
    lines: (name, { ed25519 }) => [`${name} ${ed25519}`, `@revoked * ${ed25519}`],
  },
  {
    what: 'an authority that signed nothing',
    lines: (name, { other }) => [`@cert-authority ${name} ${other}`],
  },
  {
    what: 'an authority beside the key',
    lines: (name, { ed25519, other }) => [`@cert-authority ${name} ${other}`, `${name} ${ed25519}`],
  },
  { what: 'a pattern', lines: (_name, { ed25519 }) => [`[127.0.*]:* ${ed25519}`] },
  { what: 'a pattern that is denied', lines: (name, { ed25519 }) => [`[127.0.*]:*,!${name} ${ed25519}`] },
  { what: 'the name without its port', lines: (_name, { ed25519 }) => [`127.0.0.1 ${ed25519}`] },
  { what: 'a list of names', lines: (name, { ed25519 }) => [`other,${name},third ${ed25519}`] },
  {
    what: 'an alias',
    lines: (_name, { ed25519 }) => [`some-alias ${ed25519}`],
    config: ['HostKeyAlias some-alias'],
  },
  {
    what: 'the wrong key under an alias',
    lines: (name, { ed25519, other }) => [`some-alias ${other}`, `${name} ${ed25519}`],
    config: ['HostKeyAlias some-alias'],
  },
  { what: 'a line that is cut off', lines: (name, { ed25519 }) => [`${name} ${ed25519.slice(0, 40)}`] },
  { what: 'lines of Windows', lines: (name, { ed25519 }) => [`# mine\r`, `${name} ${ed25519}\r`] },
]

/** Who the two are, what algorithms, and the first half of the exchange: no name of a user, no key of ours. */
const packetsBeforeTrust = 4

describeReal('a host key', () => {
  const host = useHost()
  let controller: Controller
  let keys: Keys
  beforeAll(async () => {
    controller = new Controller(oneWord)
    const words = (text: string) => text.split(' ').slice(0, 2).join(' ')
    const made = (type: string) => {
      const path = join(controller.folder.path, `other-${type}`)
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', path])
      return words(readFileSync(`${path}.pub`, 'utf8').trim())
    }
    const own = async (type: string) =>
      words((await host().read(`cat /etc/ssh/ssh_host_${type}_key.pub`)).trim())
    keys = {
      ed25519: await own('ed25519'),
      rsa: await own('rsa'),
      other: made('ed25519'),
      otherRsa: made('rsa'),
    }
  })
  afterAll(() => controller?.remove())

  /** A config that leads to the host by way of a proxy, with that known_hosts file. */
  const withKnownHosts = async <T>(
    { lines, hash, config = [] }: Omit<KnownHosts, 'what'>,
    work: (given: {
      readonly sshConfig: string
      readonly file: string
      readonly packets: () => number
    }) => Promise<T>,
  ): Promise<T> => {
    const proxy = await startProxy({ host: host().address, port: host().port })
    try {
      let packets = 0
      proxy.arm({
        fault: 'cut',
        when: ({ connection, direction, chunk }) => {
          if (direction === 'toServer')
            packets = Math.max(packets, connection.packetEnds(direction, chunk).length)
          return false
        },
      })
      const file = join(controller.folder.path, 'known_hosts')
      const text = lines(`[127.0.0.1]:${proxy.port}`, keys)
      writeFileSync(file, text.map(line => `${line}\n`).join(''))
      if (hash) execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
      const sshConfig = join(controller.folder.path, 'config')
      const settings = [
        ...[
          `HostName 127.0.0.1`,
          `Port ${proxy.port}`,
          'User root',
          `IdentityFile ${host().keyFile}`,
          'IdentitiesOnly yes',
        ],
        ...[`UserKnownHostsFile ${file}`, 'GlobalKnownHostsFile /dev/null', 'UpdateHostKeys no', ...config],
      ]
      writeFileSync(sshConfig, `Host keyed\n${settings.map(line => `  ${line}\n`).join('')}`)
      return await work({ sshConfig, file, packets: () => packets })
    } finally {
      await proxy.close()
    }
  }

  const apply = (sshConfig: string, backend: Backend | 'any', more: readonly string[] = []) =>
    controller.run([
      ...['apply', 'word', 'keyed', '-F', sshConfig, '--yes'],
      ...(backend === 'any' ? [] : ['--transport', backend]),
      ...more,
    ])

  /** The system's own client, which nobody can ask either. */
  const sshAccepts = async (sshConfig: string): Promise<boolean> =>
    (
      await finish([
        'ssh',
        '-F',
        sshConfig,
        '-o',
        'BatchMode=yes',
        '-o',
        'StrictHostKeyChecking=yes',
        'keyed',
        'true',
      ])
    ).code === 0

  /** ssh2 refuses authorities where it is asked for by name: left to itself, ops takes the other backend for them. */
  const sameVerdict = (backend: 'any' | 'openssh'): FaultCase[] =>
    knownHosts.map(each => ({
      id: each.what,
      run: () =>
        withKnownHosts(each, async ({ sshConfig }) => {
          await resetWord(host())
          const expected = await sshAccepts(sshConfig)
          const ran = await apply(sshConfig, backend)
          await allHold([
            () => clearError(ran, [expected ? 0 : 4]),
            () => expect(ran.errors.map(({ code }) => code)).toEqual(expected ? [] : ['host-key']),
            () => noFalseSuccess(ran, host(), wordPaths),
          ])
          return { exit: ran.code, note: `ssh ${expected ? 'accepts' : 'refuses'} it` }
        }),
    }))

  const changed = (backend: Backend): FaultCase[] =>
    ['another key', 'another key, hashed', 'the key, revoked', 'the wrong key under an alias'].flatMap(what =>
      [[], ['--accept-new']].map(more => ({
        id: `${what}${more.length > 0 ? ', with --accept-new' : ''}`,
        run: () =>
          withKnownHosts(found(what), async ({ sshConfig, file, packets }) => {
            await resetWord(host())
            const before = readFileSync(file, 'utf8')
            const ran = await apply(sshConfig, backend, more)
            await allHold([
              () => clearError(ran, [4]),
              () => noFalseSuccess(ran, host(), wordPaths),
              () => {
                if (packets() > packetsBeforeTrust)
                  throw new BrokenInvariant(
                    'I6',
                    `${packets()} packets were sent to a host that is not trusted`,
                  )
              },
              () => {
                if (readFileSync(file, 'utf8') !== before)
                  throw new BrokenInvariant('I3', 'known_hosts was changed')
              },
            ])
            return { exit: ran.code }
          }),
      })),
    )

  const unknown = (backend: Backend): FaultCase[] => [
    {
      id: 'is refused with its fingerprint and the flag to use',
      run: () =>
        withKnownHosts(found('no line'), async ({ sshConfig, file, packets }) => {
          await resetWord(host())
          const ran = await apply(sshConfig, backend)
          const publicKey = join(controller.folder.path, 'host.pub')
          writeFileSync(publicKey, `${keys.ed25519}\n`)
          const fingerprint = execFileSync('ssh-keygen', ['-lf', publicKey], { encoding: 'utf8' }).split(
            ' ',
          )[1]
          const said = JSON.stringify(ran.errors)
          await allHold([
            () => clearError(ran, [4]),
            () => noFalseSuccess(ran, host(), wordPaths),
            () =>
              expect([said, said]).toEqual([
                expect.stringContaining(fingerprint ?? ''),
                expect.stringContaining('--accept-new'),
              ]),
            () => expect(packets()).toBeLessThanOrEqual(packetsBeforeTrust),
            () => expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(''),
          ])
          return { exit: ran.code }
        }),
    },
    {
      id: 'is recorded with --accept-new, so that ssh knows it then',
      run: () =>
        withKnownHosts(found('no line'), async ({ sshConfig }) => {
          await resetWord(host())
          const ran = await apply(sshConfig, backend, ['--accept-new'])
          await allHold([
            () => clearError(ran, [0]),
            () => noFalseSuccess(ran, host(), wordPaths),
            async () => expect(await sshAccepts(sshConfig)).toBe(true),
          ])
          return { exit: ran.code }
        }),
    },
  ]

  describe.each(backends)('over %s', backend => {
    faultClass({
      id: 'A6',
      title: `that changed over ${backend} is never accepted, and nothing is sent to that host`,
      invariants: ['I2', 'I3', 'I5', 'I6', 'I8'],
      quick: 1,
      cases: () => changed(backend),
    })
    faultClass({
      id: 'A7',
      title: `that nobody knows over ${backend}, without a terminal to ask on, is refused or recorded as told`,
      invariants: ['I2', 'I5', 'I6', 'I8'],
      quick: backend === 'ssh2' ? 2 : 0,
      cases: () => unknown(backend),
    })
  })

  describe.each(['any', 'openssh'] as const)('over %s backend', backend => {
    faultClass({
      id: 'A8',
      title: `gets the same verdict over ${backend === 'any' ? 'the backend that fits' : backend} as from ssh, whatever known_hosts says`,
      invariants: ['I2', 'I5', 'I8'],
      quick: backend === 'any' ? 3 : 0,
      cases: () => sameVerdict(backend),
    })
  })
})

function found(what: string): KnownHosts {
  const each = knownHosts.find(one => one.what === what)
  if (!each) throw new Error(`no known_hosts called ${what}`)
  return each
}
