import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import definition from '../../../recipes/nginx-failover.ts'
import { InputErrors } from '../../../src/base/errors.ts'
import { resolveParams } from '../../../src/params/resolve.ts'
import { evaluate } from '../../../src/recipe/evaluate.ts'
import { type LoadedRecipe, paramsOfRecipe } from '../../../src/recipe/load.ts'
import type { Facts } from '../../../src/run/facts.ts'
import { attacks } from '../../conformance/hostile.ts'

const folder = fileURLToPath(new URL('../../../recipes', import.meta.url))
const loaded: LoadedRecipe = {
  name: 'nginx-failover',
  file: join(folder, 'nginx-failover.ts'),
  folder,
  origin: 'shipped',
  recipe: definition,
}
type Flags = Readonly<Record<string, string | readonly string[] | boolean>>

/** Of a host beside the two web servers. */
const facts: Facts = {
  os: { id: 'debian', version: '12', codename: 'bookworm', like: [], pretty: 'Debian GNU/Linux 12' },
  architecture: 'x86_64',
  kernel: '6.1.0',
  hostname: 'proxy',
  cpus: 2,
  memoryBytes: 2 ** 31,
  init: 'systemd',
  loginUser: 'root',
  addresses: ['10.0.0.9', 'fd00::9'].map(address => ({
    interface: 'eth0',
    family: address.includes(':') ? 'ipv6' : 'ipv4',
    address,
    prefixLength: 24,
    scope: 'global',
    dynamic: false,
  })),
  bootId: '0',
  machineId: '0',
}

const good: Flags = { name: 'app', primary: '10.0.0.1:80', standby: '10.0.0.2:80' }

/** The configuration that these flags lead to, or what was wrong with them. */
function outcome(flags: Flags): { config: string; notes: readonly string[] } | { refused: string } {
  const { params, missing, errors } = resolveParams(paramsOfRecipe(loaded), {
    flags: { ...good, ...flags },
    environment: {},
  })
  const wrong = [...errors.map(each => each.title), ...missing.map(each => `${each.name} is missing`)]
  if (wrong.length > 0) return { refused: wrong.join('\n') }
  try {
    const evaluated = evaluate(loaded, params, { name: 'h', address: 'h', groups: [] }, facts)
    if (!('steps' in evaluated)) throw new TypeError('it wants more than facts')
    const file = evaluated.steps.find(step => step.resource.type === 'file')
    if (file === undefined) throw new TypeError('it makes no file')
    const { ready } = file.params as { ready: { text: string } }
    return { config: ready.text, notes: file.options.notes ?? [] }
  } catch (thrown) {
    if (thrown instanceof InputErrors) return { refused: thrown.errors.map(each => each.title).join('\n') }
    throw thrown
  }
}

function configOf(flags: Flags = {}): string {
  const made = outcome(flags)
  if ('refused' in made) throw new Error(made.refused)
  return made.config
}

describe('the params of nginx-failover', () => {
  test.each([
    [{ standby: '10.0.0.9:80' }, 'this very nginx'],
    [{ standby: '10.0.0.9' }, 'this very nginx'],
    [{ standby: '[fd00::9]:80' }, 'this very nginx'],
    [{ standby: 'proxy:80' }, 'this very nginx'],
    [{ standby: 'localhost:80' }, 'this very nginx'],
    [{ standby: '127.0.0.1:8081', listen: ['80', '0.0.0.0:8081'] }, 'this very nginx'],
    [{ standby: '127.0.0.1:80', listen: '10.0.0.9:80' }, ''],
    [{ standby: '10.0.0.9:8080' }, ''],
    [{ listen: '10.0.0.8:80' }, '--listen 10.0.0.8:80 is not an address of h'],
    [{ listen: ['[fd00::9]:80', '127.0.0.1:80'] }, ''],
  ] as const)('%j: %s', (flags, said) => {
    const found = outcome(flags)
    const refused = 'refused' in found ? found.refused : ''
    if (said === '') expect(refused).toBe('')
    else expect(refused).toContain(said)
  })

  const texts = [
    'name',
    'primary',
    'standby',
    'listen',
    'serverName',
    'failTimeout',
    'connectTimeout',
    'maxBody',
  ]

  test.each(texts)('%s refuses what could become more than one value for nginx, by its name', param => {
    const hostile = [
      ...[
        'a\nb',
        'a;b',
        'a}b',
        'a{b',
        'a b',
        'a\tb',
        '$host',
        'a"b',
        "a'b",
        'a\\b',
        'a#b',
        '',
        ' ',
        'a\u2028b',
        'ä',
      ],
      ...['10.0.0.1:80;', '10.0.0.1:80 backup', '80 ssl', '10s;', '1m;}', 'app\n', '10.0.0.1:80\n'],
      ...attacks,
    ]
    const flag = `--${param.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
    for (const value of hostile) {
      // As JSON, since a comma parts the elements of a list, and blanks around them do not count.
      const isList = ['standby', 'listen', 'serverName'].includes(param)
      const made = outcome({ [param]: isList ? JSON.stringify([value]) : value })
      expect(made, JSON.stringify(value)).toHaveProperty('refused')
      if ('refused' in made) expect(made.refused).toContain(flag)
    }
  })

  test.each([
    ['primary', 'unix:80'],
    ['primary', '80'],
    ['primary', '::1'],
    ['primary', 'web1:0'],
    ['primary', 'web1:65536'],
    ['primary', 'http://web1:80'],
    ['primary', '-oProxyCommand=x:80'],
    ['listen', '65536'],
    ['listen', '0'],
    ['failTimeout', '0'],
    ['connectTimeout', '76s'],
    ['name', '../x'],
    ['name', 'App'],
    ['maxFails', '-1'],
    ['failOn', 'non_idempotent'],
  ])('%s refuses %s', (param, value) => {
    expect(outcome({ [param]: value })).toHaveProperty('refused')
  })

  test.each([
    ['web1', 'server web1:80 '],
    ['web1.example.com:8080', 'server web1.example.com:8080 '],
    ['[fd00::1]', 'server [fd00::1]:80 '],
    ['[fd00::1]:8080', 'server [fd00::1]:8080 '],
  ])('the server %s is written as %s', (primary, written) => {
    expect(configOf({ primary })).toContain(written)
  })

  test.each(['hash', 'ip-hash', 'random'])(
    '--balance %s is refused with --mode backup, and allowed with weight',
    balance => {
      expect(outcome({ balance })).toEqual({
        refused: `--balance ${balance} cannot be combined with --mode backup`,
      })
      const made = configOf({ balance, mode: 'weight' })
      expect(made).toMatch(
        balance === 'hash' ? /hash \$request_uri consistent;/ : new RegExp(`${balance.replace('-', '_')};`),
      )
      expect(made).not.toContain('backup')
    },
  )

  test('a server that is named twice, and a group of one, are refused', () => {
    expect(outcome({ standby: '10.0.0.1:80' })).toHaveProperty('refused')
    expect(outcome({ standby: '[]' })).toEqual({
      refused: expect.stringContaining('a group of one server ignores max_fails'),
    })
  })

  test('the modes write backup servers or the weight of 100000', () => {
    const both = ['10.0.0.2:80', '10.0.0.3:80']
    expect(configOf({ standby: both }).match(/^ +server .*$/gm)).toEqual([
      '    server 10.0.0.1:80 max_fails=3 fail_timeout=10s;',
      '    server 10.0.0.2:80 backup max_fails=3 fail_timeout=10s;',
      '    server 10.0.0.3:80 backup max_fails=3 fail_timeout=10s;',
    ])
    expect(configOf({ standby: both, mode: 'weight' }).match(/^ +server .*$/gm)).toEqual([
      '    server 10.0.0.1:80 weight=100000 max_fails=3 fail_timeout=10s;',
      '    server 10.0.0.2:80 max_fails=3 fail_timeout=10s;',
      '    server 10.0.0.3:80 max_fails=3 fail_timeout=10s;',
    ])
  })

  test.each<[string, Flags, string | undefined]>([
    ['nothing that needs saying', {}, undefined],
    ['--max-fails 0', { maxFails: '0' }, 'no server ever counts as down'],
    [
      'a name instead of an address',
      { primary: 'web1:80' },
      'looks up web1:80 only when it starts or reloads',
    ],
    ['--retry-posts', { retryPosts: true }, 'may be done twice'],
    ['--keepalive', { keepalive: '16' }, 'fails with 502'],
    ['a hash with weights', { mode: 'weight', balance: 'ip-hash' }, 'always the same'],
  ])('%s is noted in the plan: %j', (_what, flags, note) => {
    const made = outcome(flags)
    expect(made).toHaveProperty('notes', note === undefined ? [] : [expect.stringContaining(note)])
  })
})
