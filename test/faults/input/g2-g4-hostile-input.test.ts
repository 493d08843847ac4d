import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { program } from '../../cli/run-ops.ts'
import { finish } from '../../hosts/command.ts'
import { BrokenInvariant } from '../instruments/broken.ts'
import { Controller } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { anySteps, type StepSpec } from '../instruments/one-step.ts'
import { cannotFollow } from '../instruments/one-syscall.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

/** Nobody listens there: had ops tried, it would end with 4. */
const nobody = 'root@127.0.0.1:1'

/** What ends a value in the files that these go into. */
const breaks = [
  'a\nb',
  'a;b',
  'a}b',
  'a{b',
  'a b',
  'a"b',
  "a'b",
  'a\\b',
  'a#b',
  'a\rb',
  '$host',
  '%n\n[Service]',
]

describe('hostile input', () => {
  let controller: Controller
  const folder = mkdtempSync(join(tmpdir(), 'ops-hostile-'))
  beforeAll(() => {
    controller = new Controller({
      ...anySteps,
      'recipes/unit.service': '[Service]\nExecStart=/bin/echo <%= it.word %>\n',
      'recipes/site.conf': 'server { server_name <%= it.word %>; }\n',
    })
  })
  afterAll(() => {
    controller?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const canary = join(folder, 'canary')

  /** Runs ops; with a tracer it tells every program that was started beside Node itself. */
  const refused = async (argv: readonly string[], exits: readonly number[] = [3]): Promise<number> => {
    const trace = join(folder, 'trace')
    const through = ['strace', '-f', '-qq', '-s', '200', '-e', 'trace=execve', '-o', trace]
    const tracer = hasTracer ? through : []
    let code: number
    if (argv.includes('--')) {
      // What stands after `--` is a host: `--json` would be one too.
      const place = ['env', '-C', controller.folder.path, `HOME=${controller.folder.path}`]
      const ran = await finish([...place, ...tracer, process.execPath, program, ...argv])
      code = ran.code
      if (!exits.includes(code) || ran.stderr === '')
        throw new BrokenInvariant('I8', `exit ${code}: ${ran.stdout}${ran.stderr}`)
    } else {
      const ran = await controller.run(argv, { withinSeconds: 90, through: tracer })
      code = ran.code
      if (code !== 0 || !exits.includes(0)) clearError(ran, exits)
    }
    const started = hasTracer
      ? readFileSync(trace, 'utf8').match(
          /execve\((?!.*"ssh", (?:"-N", )?"-T", "-G"|"[^"]*\/typescript[^"]*\/tsc").* = 0$/gm,
        )
      : []
    // The first is Node, which is ops itself; a word that is a host is looked up by ssh in its own config,
    // and a recipe may have to be checked by the compiler.
    if ((started?.length ?? 0) > 1)
      throw new BrokenInvariant('I3', `a program was started: ${started?.slice(1).join(', ')}`)
    return code
  }
  const hasTracer = cannotFollow() === undefined

  const failover = { name: 'app', primary: '10.0.0.1:80', standby: '10.0.0.2:80' }
  const lists = ['standby', 'listen', 'serverName']
  const recipeCases = (): FaultCase[] =>
    [...Object.keys(failover), 'listen', 'serverName', 'failTimeout', 'connectTimeout', 'maxBody'].flatMap(
      param =>
        breaks.map((value, index) => ({
          id: `nginx-failover ${param} ${index}: ${JSON.stringify(value)}`,
          fault: `nginx-failover ${param}`,
          run: async () => {
            const given = { ...failover, [param]: lists.includes(param) ? JSON.stringify([value]) : value }
            const flags = Object.entries(given).map(
              ([key, text]) => `--${key.replace(/[A-Z]/g, all => `-${all.toLowerCase()}`)}=${text}`,
            )
            return { exit: await refused(['plan', 'nginx-failover', nobody, ...flags]) }
          },
        })),
    )

  const cnf = '/etc/mysql/my.cnf'
  const steps: Readonly<Record<string, (value: string) => StepSpec>> = {
    'a value of my.cnf': value => ['option', { path: cnf, section: 'mysqld', key: 'port', value }],
    'a key of my.cnf': key => ['option', { path: cnf, section: 'mysqld', key, value: '1' }],
    'a section of my.cnf': section => ['option', { path: cnf, section, key: 'port', value: '1' }],
    'a setting of MySQL': value => ['mysqlSettings', { settings: { 'bind-address': value } }],
    'a line': line => ['line', { path: '/etc/hosts', line }],
    'a hole of a unit file': word => [
      'file',
      { path: '/etc/systemd/system/x.service', template: 'unit.service', vars: { word } },
    ],
    'a hole of a site of nginx': word => [
      'file',
      { path: '/etc/nginx/x.conf', template: 'site.conf', vars: { word } },
    ],
    'the name of a unit': unit => ['service', { unit, running: true }],
    'the name of a package': name => ['apt', { packages: [name] }],
    'the name of a user': name => ['user', { name }],
  }
  const newlines = ['a\nb', 'a\rb', 'a\n[Service]\nExecStart=/bin/sh', '1\nskip-grant-tables']
  const stepCases = (): FaultCase[] =>
    Object.entries(steps).flatMap(([what, step]) =>
      newlines.map(value => ({
        id: `${what}: ${JSON.stringify(value)}`,
        fault: what,
        run: async () => ({
          exit: await refused(['plan', 'steps', nobody, '--steps', JSON.stringify([step(value)])]),
        }),
      })),
    )

  faultClass({
    id: 'G2',
    title: 'a value that would end its line or block in a config is refused before anything is contacted',
    invariants: ['I3', 'I5', 'I8'],
    quick: 4,
    cases: () => [...recipeCases(), ...stepCases()],
  })

  const words = [
    `-oProxyCommand=touch ${canary}`,
    `root@-oProxyCommand=touch ${canary}`,
    `ext::sh -c touch% ${canary}`,
    `ssh://-oProxyCommand=touch ${canary}/x`,
    `$(touch ${canary})`,
    `\`touch ${canary}\``,
    `web;touch ${canary}`,
    `web|touch ${canary}`,
    `web\ntouch ${canary}`,
    '--',
    '-',
    '@',
    ':22',
    'root@',
    'web:0',
    'web:65536',
    'web:ssh',
    '[::1',
    '../x',
    '__proto__',
    'constructor',
  ]
  const verbs: Readonly<Record<string, (word: string) => readonly string[]>> = {
    plan: word => ['plan', 'steps', '--steps', '[]', '--', word],
    run: word => ['run', word, '--', 'true'],
    facts: word => ['facts', '--', word],
    socks: word => ['socks', '--', word],
    'git-remote': word => ['git-remote', '--yes', '--base', '/srv', '--', word],
  }

  faultClass({
    id: 'G3',
    title: 'a word that is no host, whatever it asks for, is refused before any program is started',
    invariants: ['I3', 'I5', 'I8'],
    quick: 4,
    ...(hasTracer ? {} : { skip: cannotFollow() ?? '' }),
    cases: () =>
      Object.entries(verbs).flatMap(([verb, argv]) =>
        words.map(word => ({
          id: `${verb} ${JSON.stringify(word)}`,
          fault: word.replace(canary, 'FILE'),
          run: async () => ({ exit: await refused(argv(word)) }),
        })),
      ),
  })

  const many = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('\n')
  const inventories: Readonly<Record<string, readonly [text: string | Buffer, exits: readonly number[]]>> = {
    'no bytes': ['', [0]],
    'a line without a section': ['web1 = 192.0.2.1', [3]],
    'a section that is not closed': ['[hosts\nweb1 = x', [3]],
    'a section that is none': ['[nope]\na = b', [3]],
    'a byte order mark and CRLF': ['\ufeff[hosts]\r\nweb1 = 192.0.2.1\r\n', [0]],
    'NUL bytes': ['[hosts]\nweb1 = 192.0.2.1\0\n', [3]],
    'bytes that are no UTF-8': [Buffer.from([0x5b, 0xff, 0xfe, 0x5d, 0x0a, 0xff]), [3]],
    'random bytes, a megabyte': [
      Buffer.from(many(100_000, index => String.fromCharCode((index * 7919) % 251))),
      [3],
    ],
    'fifty thousand hosts': [
      `[hosts]\n${many(50_000, index => `h${index} = 10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`)}\n`,
      [0],
    ],
    'a line of ten megabytes': [`[hosts]\na = ${'x'.repeat(10_000_000)}\n`, [3]],
    'a group in itself': ['[groups]\na = a\n', [3]],
    'groups in a circle': [`[groups]\n${many(1000, index => `g${index} = g${(index + 1) % 1000}`)}\n`, [3]],
    'groups that double forty times': [
      `[hosts]\nh = 192.0.2.1\n[groups]\n${many(40, index => `g${index} = g${index + 1}, g${index + 1}`)}\ng40 = h\n`,
      [0],
    ],
    'a host written twice': ['[hosts]\na = 192.0.2.1\na = 192.0.2.2\n', [3]],
    'a section written twice': ['[hosts]\na = 192.0.2.1\n[hosts]\nb = 192.0.2.2\n', [0, 3]],
    'a name of a host and a group': ['[hosts]\na = 192.0.2.1\n[groups]\na = a\n', [3]],
    'a host __proto__': ['[hosts]\n__proto__ = 192.0.2.1\n', [3]],
    'a group __proto__': ['[groups]\n__proto__ = 192.0.2.1\n', [3]],
    'a section __proto__': ['[__proto__]\npolluted = yes\n', [3]],
    'params __proto__': ['[params __proto__]\npolluted = yes\n', [0, 3]],
    'a host constructor': ['[hosts]\nconstructor = 192.0.2.1\n', [0, 3]],
    'an address that is an option': [`[hosts]\na = -oProxyCommand=touch ${canary}\n`, [3]],
    'an address with a shell in it': [`[hosts]\na = $(touch ${canary})\n`, [3]],
    'a list where an address belongs': ['[hosts]\na[] = 192.0.2.1\n', [3]],
  }

  faultClass({
    id: 'G4',
    title: 'an inventory that is broken, huge, circular or hostile is read or refused with a word, at once',
    invariants: ['I3', 'I5', 'I8'],
    quick: 4,
    cases: () =>
      Object.entries(inventories).map(([id, [text, exits]]) => ({
        id,
        run: async () => {
          const file = join(folder, 'ops.ini')
          writeFileSync(file, text)
          return { exit: await refused(['hosts', '-i', file, '-F', 'none'], exits) }
        },
      })),
  })
})
