/** The forms that each program accepts in its file, and what becomes of them. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { formatOf } from '../../../src/resources/option/formats.ts'
import { option } from '../../../src/resources/option.ts'
import { hasProgram } from '../../needs.ts'
import { Place, parsed, shells } from '../shells.ts'

type Input = z.input<typeof option.definition.params>
type Wanted = Omit<Input, 'path'>
const { definition } = option

/** Format, what it shows, before, what is wanted, what is observed before, after (or why it is refused). */
type Form = readonly [string, string, string, Wanted, unknown, string | RegExp]

const no: Wanted = { format: 'sshd', key: 'PermitRootLogin', value: 'no' }
const noKey: Wanted = { format: 'sshd', key: 'PermitRootLogin', state: 'absent' }
const sshd: readonly Form[] = (
  [
    ['PermitRootLogin=yes', 'PermitRootLogin=no'],
    ['PermitRootLogin = yes', 'PermitRootLogin = no'],
    ['PermitRootLogin =yes', 'PermitRootLogin =no'],
    ['PermitRootLogin= yes', 'PermitRootLogin= no'],
    ['PermitRootLogin\tyes', 'PermitRootLogin\tno'],
    ['  permitrootlogin \t yes  ', '  permitrootlogin \t no  '],
    ['"PermitRootLogin" yes', '"PermitRootLogin" no'],
    ['PERMITROOTLOGIN yes # for now', 'PERMITROOTLOGIN no # for now'],
    ['PermitRootLogin "yes"', 'PermitRootLogin no', '"yes"'],
  ] as const
).flatMap(([before, after, seen = 'yes']) => [
  ['sshd', `reads ${JSON.stringify(before)}`, `${before}\n`, no, seen, `${after}\n`],
  ['sshd', `removes ${JSON.stringify(before)}`, `UsePAM yes\n${before}\n`, noKey, seen, 'UsePAM yes\n'],
])

const postfix: Wanted = { format: 'postfix', key: 'mynetworks', value: '127.0.0.0/8' }
const app: Wanted = { format: 'python', section: 'app', key: 'args', value: 'x' }
const name: Wanted = { format: 'toml', section: 'package', key: 'name', value: '"new"' }
const bare: Wanted = { format: 'git', section: 'core', key: 'bare', value: 'false' }

const forms: readonly Form[] = [
  ...sshd,
  [
    'sshd',
    'leaves what a Match block says',
    'Match User x\n PermitRootLogin yes\n',
    no,
    'absent',
    'PermitRootLogin no\n\nMatch User x\n PermitRootLogin yes\n',
  ],
  [
    'sshd',
    'refuses what a block for everybody says otherwise',
    'PermitRootLogin no\nMatch all\nPermitRootLogin yes\n',
    no,
    'unclear',
    /a Match block for everybody.*\(line 3\)/,
  ],
  [
    'sshd',
    'refuses one of several lines that all count',
    'Port 22\nPort 2222\n',
    { format: 'sshd', key: 'Port', value: '2222' },
    'several',
    /lines 1, 2/,
  ],
  [
    'sshd',
    'removes all of several lines',
    'Port 22\nUsePAM yes\nPort=2222\n',
    { format: 'sshd', key: 'Port', state: 'absent' },
    'several',
    'UsePAM yes\n',
  ],
  [
    'postfix',
    'replaces all lines of a value, and keeps the comments among them',
    'mynetworks = 10.0.0.0/8\n  192.0.2.0/24\n# more\n\n\t[::1]/128\nmydomain = a\n',
    postfix,
    'on several lines',
    'mynetworks = 127.0.0.0/8\n# more\nmydomain = a\n',
  ],
  [
    'postfix',
    'removes all lines of a value',
    'mydomain = a\nmynetworks =\n  10.0.0.0/8,\n  192.0.2.0/24\nmyorigin = b\n',
    { ...postfix, value: undefined, state: 'absent' },
    'on several lines',
    'mydomain = a\nmyorigin = b\n',
  ],
  [
    'postfix',
    'adds below a value of several lines',
    'mydomain = a\n  b\n',
    postfix,
    'absent',
    'mydomain = a\n  b\nmynetworks = 127.0.0.0/8\n',
  ],
  [
    'postfix',
    'takes no line of a value for a key',
    'mydestination = a,\n  mynetworks = b\n',
    postfix,
    'absent',
    'mydestination = a,\n  mynetworks = b\nmynetworks = 127.0.0.0/8\n',
  ],
  [
    'python',
    'replaces all lines of a value',
    '[app]\nargs: a\n  b\n  # c\n\n  d\nz = 1\n',
    app,
    'on several lines',
    '[app]\nargs: x\n  # c\nz = 1\n',
  ],
  [
    'python',
    'removes all lines of a value',
    '[app]\nq = 0\nARGS =\n    a\n    b = c\nz = 1\n',
    { ...app, value: undefined, state: 'absent' },
    'on several lines',
    '[app]\nq = 0\nz = 1\n',
  ],
  [
    'python',
    'adds with the sign of the file',
    '[app]\nq: 0\n  1\n',
    app,
    'absent',
    '[app]\nq: 0\n  1\nargs: x\n',
  ],
  [
    'python',
    'sees a key that is named in a value above as none',
    '[app]\nq = 0\n  args = 1\n',
    app,
    'absent',
    '[app]\nq = 0\n  args = 1\nargs = x\n',
  ],
  [
    'supervisor',
    'keeps a comment after a value',
    '[program:a]\ncommand=/bin/a ; old\n',
    { format: 'supervisor', section: 'program:a', key: 'command', value: '/bin/b' },
    '/bin/a',
    '[program:a]\ncommand=/bin/b ; old\n',
  ],
  [
    'toml',
    'does not take the key of a list of tables',
    '[package]\n[[bin]]\nname = "old"\n',
    name,
    'absent',
    '[package]\nname = "new"\n[[bin]]\nname = "old"\n',
  ],
  [
    'toml',
    'does not mistake the table before a list',
    '[package]\nname = "a"\n[[bin]]\nname = "b"\n',
    name,
    '"a"',
    '[package]\nname = "new"\n[[bin]]\nname = "b"\n',
  ],
  [
    'toml',
    'replaces values of many lines',
    '[package]\nname = [ # c\n  "a",\n  "]", # ]\n] # d\nz = 1\n',
    name,
    'on several lines',
    '[package]\nname = "new" # d\nz = 1\n',
  ],
  [
    'toml',
    'removes a text of many lines',
    '[package]\nname = """\n[x]\nq = 1\n"""\nz = 1\n',
    { ...name, value: undefined, state: 'absent' },
    'on several lines',
    '[package]\nz = 1\n',
  ],
  [
    'toml',
    'finds keys with dots and quotes',
    'package . "name" = 1\n',
    name,
    '1',
    'package . "name" = "new"\n',
  ],
  [
    'toml',
    'refuses a table that is one value',
    'package = { name = "a" }\n',
    name,
    'unclear',
    /the table is written as one value.*\(line 1\)/,
  ],
  [
    'toml',
    'refuses a table of a list',
    '[[package]]\nname = "a"\n',
    name,
    'unclear',
    /it is one table of a list.*\(line 1\)/,
  ],
  [
    'git',
    'changes a key on the line of its section',
    '[core] bare = true # c\n[a]\n',
    bare,
    'true',
    '[core] bare = false # c\n[a]\n',
  ],
  [
    'git',
    'removes a key from the line of its section',
    '[core] bare = true\n\tx = 1\n',
    { ...bare, value: undefined, state: 'absent' },
    'true',
    '[core]\n\tx = 1\n',
  ],
  [
    'git',
    'does not take the key of a section that begins on one line',
    '[user]\n\tbare = 1\n[core] x = 1\n',
    bare,
    'absent',
    '[user]\n\tbare = 1\n[core] x = 1\nbare = false\n',
  ],
  [
    'git',
    'replaces a value that a backslash continues',
    '[CORE]\n\tBare = a\\\n b "#" \\\n ; c\n',
    bare,
    'on several lines',
    '[CORE]\n\tBare = false ; c\n',
  ],
  [
    'git',
    'tells subsections apart by case',
    '[remote "A"]\n\turl = 1\n[remote "a"]\n\turl = 2\n',
    { format: 'git', section: 'remote "a"', key: 'url', value: '3' },
    '2',
    '[remote "A"]\n\turl = 1\n[remote "a"]\n\turl = 3\n',
  ],
  [
    'git',
    'refuses a value that a comment sign would cut',
    '[core]\n\tbare = 1\n',
    { ...bare, value: 'a#b' },
    '1',
    /would not be read as wanted/,
  ],
  [
    'systemd',
    'replaces a value that backslashes continue',
    '[Service]\nExecStart=/bin/a \\\n# c\n  b \\\n  c\nUser=x\n',
    { format: 'systemd', section: 'Service', key: 'ExecStart', value: '/bin/b' },
    'on several lines',
    '[Service]\nExecStart=/bin/b\n# c\nUser=x\n',
  ],
  [
    'systemd',
    'changes the line after one that empties the list',
    '[Service]\nExecStart=\nExecStart=/bin/a\n',
    { format: 'systemd', section: 'Service', key: 'ExecStart', value: '/bin/b' },
    '/bin/a',
    '[Service]\nExecStart=\nExecStart=/bin/b\n',
  ],
  [
    'systemd',
    'refuses to fill the line that empties a list',
    '[Service]\nEnvironment=A=1\nEnvironment=\n',
    { format: 'systemd', section: 'Service', key: 'Environment', value: 'B=2' },
    'unclear',
    /an empty value ends the list above it.*\(line 3\)/,
  ],
  [
    'systemd',
    'refuses one of a list',
    '[Service]\nEnvironment=A=1\nEnvironment=B=2\n',
    { format: 'systemd', section: 'Service', key: 'Environment', value: 'B=2' },
    'several',
    /lines 2, 3/,
  ],
  [
    'desktop',
    'tells languages apart',
    '[Desktop Entry]\nName=a\nName[de]=b\n',
    { format: 'desktop', section: 'Desktop Entry', key: 'Name[de]', value: 'c' },
    'b',
    '[Desktop Entry]\nName=a\nName[de]=c\n',
  ],
  [
    'sysctl',
    'knows a key with slashes and a dash',
    '-net/ipv4/ip_forward = 1\n',
    { format: 'sysctl', key: 'net.ipv4.ip_forward', value: '0' },
    '1',
    '-net/ipv4/ip_forward = 0\n',
  ],
  [
    'sysctl',
    'knows a dot in the name of an interface',
    'net.ipv4.conf.eth0/1.rp_filter = 1\n',
    { format: 'sysctl', key: 'net/ipv4/conf/eth0.1/rp_filter', value: '0' },
    '1',
    'net.ipv4.conf.eth0/1.rp_filter = 0\n',
  ],
  [
    'samba',
    'knows other names, cases and blanks of a key',
    '[GLOBAL]\n  Pub lic = no\n  server\tSTRING = a\n',
    { format: 'samba', section: 'global', key: 'guest ok', value: 'yes' },
    'no',
    '[GLOBAL]\n  Pub lic = yes\n  server\tSTRING = a\n',
  ],
  [
    'samba',
    'refuses a key that another says the other way round',
    '[s]\nread only = yes\nwritable = yes\n',
    { format: 'samba', section: 's', key: 'read only', value: 'yes' },
    'unclear',
    /a key says the same the other way round.*\(line 3\)/,
  ],
  [
    'samba',
    'replaces a value that backslashes continue',
    '[s]\ncomment = a \\\n  b \\ \n  c\npath = /x\n',
    { format: 'samba', section: 's', key: 'comment', value: 'd' },
    'on several lines',
    '[s]\ncomment = d\npath = /x\n',
  ],
  [
    'mysql',
    'ends a value at a comment sign, blank or not',
    '[mysqld]\nloose_bind-address="a#b"#c\n',
    { format: 'mysql', section: 'mysqld', key: 'bind_address', value: '::' },
    '"a#b"',
    '[mysqld]\nloose_bind-address=::#c\n',
  ],
  [
    'php',
    'changes a key below another section, as PHP reads all as one',
    '[PHP]\n[Session]\nmemory_limit=1M;c\n',
    { format: 'php', section: 'PHP', key: 'memory_limit', value: '2M' },
    '1M',
    '[PHP]\n[Session]\nmemory_limit=2M;c\n',
  ],
  [
    'php',
    'leaves the sections of folders alone',
    '[PATH=/x]\nmemory_limit=1M\n',
    { format: 'php', key: 'memory_limit', value: '2M' },
    'absent',
    'memory_limit=2M\n\n[PATH=/x]\nmemory_limit=1M\n',
  ],
  [
    'fpm',
    'replaces a text of many lines',
    '[www]\nuser = "a\nb" ; c\n',
    { format: 'fpm', section: 'www', key: 'user', value: 'x' },
    'on several lines',
    '[www]\nuser = x ; c\n',
  ],
  [
    'shell',
    'replaces a text of many lines',
    'A="a\nB=1"\nexport B=2\n',
    { format: 'shell', key: 'B', value: '3' },
    '2',
    'A="a\nB=1"\nexport B=3\n',
  ],
  [
    'shell',
    'refuses what counts on a condition',
    'if [ -f /x ]; then\n  B=2\nfi\n',
    { format: 'shell', key: 'B', value: '3' },
    'unclear',
    /it counts on a condition.*\(line 2\)/,
  ],
  [
    'shell',
    'refuses a value that would be two words',
    'B=1\n',
    { format: 'shell', key: 'B', value: '3 4' },
    '1',
    /would not be read as wanted/,
  ],
  [
    'nothing known',
    'refuses a value that may go on',
    '[a]\nk = 1\n  2\n',
    { section: 'a', key: 'k', value: '3' },
    'unclear',
    /whether the value continues.*\(line 2\)/,
  ],
  [
    'nothing known',
    'refuses what may be a value',
    '[a]\nz = 1\n  k = 2\n',
    { section: 'a', key: 'k', state: 'absent' },
    'unclear',
    /whether it belongs to the value above.*\(line 3\)/,
  ],
  [
    'nothing known',
    'refuses to write below a section that may belong to the value above',
    '[a]\nz = 1 \\\n[b]\n',
    { section: 'b', key: 'k', value: '3' },
    'unclear',
    /whether it belongs to the value above.*\(line 3\)/,
  ],
  [
    'nothing known',
    'refuses a key whose section may not begin',
    '[a]\nz = 1 \\\n[b]\nk = 2\n',
    { section: 'a', key: 'k', value: '3' },
    'unclear',
    /whether its section begins.*\(line 4\)/,
  ],
  [
    'nothing known',
    'adds below what may be a value',
    '[a]\nz = 1\n  y = 2\n',
    { section: 'a', key: 'k', value: '3' },
    'absent',
    '[a]\nz = 1\n  y = 2\nk = 3\n',
  ],
  [
    'nothing known',
    'takes a list of tables for the end of a section',
    '[a]\n[[b]]\nk = 1\n',
    { section: 'a', key: 'k', value: '3' },
    'absent',
    '[a]\nk = 3\n[[b]]\nk = 1\n',
  ],
  [
    'nothing known',
    'refuses a key on the line of its section',
    '[a]\nk = 1\n[a] k = 2\n',
    { section: 'a', key: 'k', value: '3' },
    'unclear',
    /whether a key counts on the line.*\(line 3\)/,
  ],
  ...(['a', 'b'] as const).map(
    (section): Form => [
      'nothing known',
      `in a file with [a] and [ a ], ${section === 'a' ? 'refuses a key of either' : 'changes one of another section'}`,
      '[b]\nk = 2\n[a]\nz = 1\n[ a ]\nk = 2\n',
      { section, key: 'k', value: '3' },
      section === 'a' ? 'unclear' : '2',
      section === 'a'
        ? /whether \[a\] and \[ a \] are one section.*\(line 5\)/
        : '[b]\nk = 3\n[a]\nz = 1\n[ a ]\nk = 2\n',
    ],
  ),
  [
    'nothing known',
    'takes [ a ] alone for the section a',
    '[ a ]\nk = 2\n',
    { section: 'a', key: 'k', value: '3' },
    '2',
    '[ a ]\nk = 3\n',
  ],
  [
    'plain',
    'takes each line for itself',
    '[a]\nk = 1\n  y = 2\n',
    { format: 'plain', section: 'a', key: 'k', value: '3' },
    '1',
    '[a]\nk = 3\n  y = 2\n',
  ],
]

const awks = ['mawk', 'busybox'].filter(hasProgram)

describe.each(awks)('with %s', awk => {
  let place: Place
  beforeAll(() => {
    place = new Place(shells[0] ?? { name: 'sh', argv: ['sh'] })
    mkdirSync(join(place.root, 'bin'))
    const found = spawnSync('sh', ['-c', `command -v ${awk}`], { encoding: 'utf8' }).stdout.trim()
    symlinkSync(found, join(place.root, 'bin/awk'))
    place.environment.PATH = `${join(place.root, 'bin')}:${process.env.PATH}`
  })
  afterAll(() => place.remove())

  test.each(forms)('%s: %s', (_format, _title, before, wanted, observed, after) => {
    const path = place.path('it')
    writeFileSync(path, before)
    const params = parsed(option, { path, ...wanted } as Input)
    const actual = place.look(definition, params)
    expect(actual.state === 'present' ? actual.value : actual.state).toBe(observed)
    const done = place.apply(definition, params)
    if (typeof after === 'string') {
      expect(done).toMatchObject({ code: 0, stderr: '' })
      expect(readFileSync(path, 'utf8')).toBe(after)
      expect(place.apply(definition, params).keys).toEqual([])
      return
    }
    const reason = definition.impossible?.(actual, params) ?? done.stderr
    expect(reason).toMatch(after)
    expect(done.code).toBe(98)
    expect(readFileSync(path, 'utf8')).toBe(before)
  })
})

test.each([
  ['/etc/ssh/sshd_config.d/10-a.conf', 'sshd'],
  ['/home/a/.ssh/config', 'ssh'],
  ['/etc/mysql/mariadb.conf.d/50-server.cnf', 'mysql'],
  ['/root/.my.cnf', 'mysql'],
  ['/etc/ssl/openssl.cnf', undefined],
  ['/etc/php/8.2/fpm/php.ini', 'php'],
  ['/etc/php/8.2/fpm/pool.d/www.conf', 'fpm'],
  ['/srv/git/a.git/config', 'git'],
  ['/etc/systemd/system/a.service.d/override.conf', 'systemd'],
  ['/usr/share/dbus-1/services/a.service', undefined],
  ['/etc/supervisor/conf.d/a.conf', 'supervisor'],
  ['/etc/sysctl.d/10-a.conf', 'sysctl'],
  ['/srv/app/settings.ini', undefined],
] as const)('the format of %s is %s', (path, format) => {
  expect(formatOf(path)).toBe(format)
})

test.each([
  [{ path: '/etc/ssh/sshd_config', key: 'k', value: 'a', wins: 'last' }, 'leave out `wins`'],
  [{ path: '/etc/ssh/sshd_config', section: 's', key: 'k', value: 'a' }, 'has no sections'],
  [{ path: '/etc/ssh/sshd_config', key: 'k', bare: true }, 'does not stand alone'],
  [{ path: '/etc/mysql/my.cnf', key: 'k', value: 'a' }, 'name the section'],
  [{ path: '/x.toml', key: 'k', value: '"a' }, 'is not a value of TOML'],
  [{ path: '/etc/gitconfig', section: 'a', key: 'k', value: 'C:\\dir' }, 'git does not expect'],
  [{ path: '/etc/php/8.2/cli/php.ini', key: 'k', value: 'a=b' }, 'quote it'],
  [{ path: '/x', format: 'toml', key: 'k', value: '1', separator: ': ' }, 'leave out `separator`'],
] as const)('an option refuses %j', (input, message) => {
  expect(definition.params.safeParse(input).error?.message).toContain(message)
})

describe('what a file includes', () => {
  let place: Place
  beforeAll(() => {
    place = new Place(shells[0] ?? { name: 'sh', argv: ['sh'] })
  })
  afterAll(() => place.remove())

  /** Included text, the file, what is wanted, the state. `DIR` stands for the folder of both. */
  test.each<readonly [string, string, string, Wanted, string]>([
    [
      'read first, decides',
      'PermitRootLogin yes\n',
      'Include DIR/*.conf\nPermitRootLogin no\n',
      no,
      'decided elsewhere',
    ],
    [
      'read first, agrees',
      'PermitRootLogin = no\n',
      'Include DIR/*.conf\nPermitRootLogin no\n',
      no,
      'present',
    ],
    ['read first, says nothing of the key', 'UsePAM yes\n', 'Include=DIR/a.conf\n', no, 'absent'],
    [
      'read first, in a block for some',
      'Match User x\nPermitRootLogin yes\n',
      'Include DIR/*.conf\n',
      no,
      'absent',
    ],
    [
      'read later, decides nothing',
      'PermitRootLogin yes\n',
      'PermitRootLogin no\nInclude DIR/*.conf\n',
      no,
      'present',
    ],
    [
      'adds to a list',
      'Port 22\n',
      'Port 2222\nInclude DIR/*.conf\n',
      { format: 'sshd', key: 'Port', value: '2222' },
      'decided elsewhere',
    ],
    [
      'of an option file, read later',
      '[mysqld]\nport=1\n',
      '[mysqld]\nport=2\n!includedir DIR\n',
      { format: 'mysql', section: 'mysqld', key: 'port', value: '2' },
      'present',
    ],
    [
      'of git, read later',
      '[a]\nk = 1\n',
      '[a]\nk = 2\n[include]\npath = a.conf\n',
      { format: 'git', section: 'a', key: 'k', value: '2' },
      'decided elsewhere',
    ],
    [
      'of git, on a condition',
      '',
      '[a]\nk = 2\n[includeIf "gitdir:/x"]\npath = a.conf\n',
      { format: 'git', section: 'a', key: 'k', value: '2' },
      'decided elsewhere',
    ],
    [
      'of Samba, in the section',
      'path = /x\n',
      '[s]\npath = /y\ninclude = DIR/a.conf\n',
      { format: 'samba', section: 's', key: 'path', value: '/y' },
      'decided elsewhere',
    ],
    [
      'of supervisord',
      '[program:a]\ncommand=/x\n',
      '[program:a]\ncommand=/y\n[include]\nfiles = *.conf\n',
      { format: 'supervisor', section: 'program:a', key: 'command', value: '/y' },
      'decided elsewhere',
    ],
  ])('%s', (_title, included, before, wanted, state) => {
    const path = place.path('it')
    writeFileSync(place.path('a.conf'), included)
    writeFileSync(path, before.replaceAll('DIR', place.files))
    const params = parsed(option, { path, ...wanted } as Input)
    const actual = place.look(definition, params)
    expect(actual.state).toBe(state)
    if (state === 'decided elsewhere')
      expect(definition.impossible?.(actual, params)).toContain('set it there')
    else expect(definition.impossible?.(actual, params)).toBeUndefined()
  })
})
