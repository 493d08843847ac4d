import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { Secret } from '../../../src/base/secret.ts'
import { option } from '../../../src/resources/option.ts'
import { hasProgram } from '../../needs.ts'
import { librariesOf, Place, parsed, shells } from '../shells.ts'

type Input = z.input<typeof option.definition.params>
type Wanted = Omit<Input, 'path'>
const { definition } = option

/** The awk programs that hosts have: mawk on Debian, gawk where it was installed, busybox. */
const awks = ['mawk', 'gawk', 'original-awk', 'busybox'].filter(hasProgram)

const mysqld: Wanted = { section: 'mysqld', key: 'bind-address', value: '0.0.0.0' }
const sshd: Wanted = {
  key: 'PermitRootLogin',
  value: 'no',
  separator: ' ',
  wins: 'first',
  before: 'Match',
  ignoreCase: true,
}

/** Before, what is wanted, what is observed before, after. */
const edits: readonly (readonly [string, string, Wanted, unknown, string])[] = [
  [
    'replaces a value in the spacing of its line',
    '[mysqld]\nbind-address   =  127.0.0.1\n',
    mysqld,
    '127.0.0.1',
    '[mysqld]\nbind-address   =  0.0.0.0\n',
  ],
  [
    'leaves comments, order, bare keys, includes and blanks alone',
    '# top\n; also\n\n[client]\nport=1\n[mysqld]\n#bind-address=1\n  skip-networking\nbind-address=1   \n!includedir /etc/mysql/conf.d/\n\n',
    mysqld,
    '1',
    '# top\n; also\n\n[client]\nport=1\n[mysqld]\n#bind-address=1\n  skip-networking\nbind-address=0.0.0.0   \n!includedir /etc/mysql/conf.d/\n\n',
  ],
  [
    'changes the last of equal keys',
    '[mysqld]\nbind-address=1\nbind-address=2\n',
    mysqld,
    '2',
    '[mysqld]\nbind-address=1\nbind-address=0.0.0.0\n',
  ],
  [
    'sees a later section of the same name',
    '[mysqld]\nbind-address=1\n[x]\n[mysqld]\nbind-address=2\n',
    mysqld,
    '2',
    '[mysqld]\nbind-address=1\n[x]\n[mysqld]\nbind-address=0.0.0.0\n',
  ],
  [
    'does not see other sections',
    '[x]\nbind-address=1\n[mysqld] # main\na = 1\n\n[y]\n',
    mysqld,
    'absent',
    '[x]\nbind-address=1\n[mysqld] # main\na = 1\nbind-address = 0.0.0.0\n\n[y]\n',
  ],
  [
    'takes dashes and underscores as different unless told',
    '[mysqld]\nbind_address=1\n',
    mysqld,
    'absent',
    '[mysqld]\nbind_address=1\nbind-address=0.0.0.0\n',
  ],
  [
    'takes them as the same when told',
    '[mysqld]\nbind_address=1\n',
    { ...mysqld, dashes: 'same' },
    '1',
    '[mysqld]\nbind_address=0.0.0.0\n',
  ],
  [
    'takes a comment after a value as part of it',
    '[mysqld]\nbind-address = ::1 # v6\n',
    mysqld,
    '::1 # v6',
    '[mysqld]\nbind-address = 0.0.0.0\n',
  ],
  [
    'keeps a comment after a value when told',
    '[mysqld]\nbind-address = ::1 \t# v6\n',
    { ...mysqld, inlineComments: '#' },
    '::1',
    '[mysqld]\nbind-address = 0.0.0.0 \t# v6\n',
  ],
  [
    'does not end a quoted value at a comment sign',
    '[a]\nk = "x # y" # z\n',
    { section: 'a', key: 'k', value: 'v', inlineComments: '#' },
    '"x # y"',
    '[a]\nk = v # z\n',
  ],
  [
    'adds a section that is missing',
    '[client]\nport=1',
    mysqld,
    'absent',
    '[client]\nport=1\n\n[mysqld]\nbind-address=0.0.0.0\n',
  ],
  [
    'adds below a section that has no keys',
    'x\n[mysqld]\n# nothing yet\n\n[y]\n',
    mysqld,
    'absent',
    'x\n[mysqld]\nbind-address=0.0.0.0\n# nothing yet\n\n[y]\n',
  ],
  [
    'adds before an include at the end of a section',
    '[mysqld]\na = 1\n!includedir /etc/x/\n',
    mysqld,
    'absent',
    '[mysqld]\na = 1\nbind-address = 0.0.0.0\n!includedir /etc/x/\n',
  ],
  ['keeps CRLF', '[mysqld]\r\nbind-address=1\r\n', mysqld, '1', '[mysqld]\r\nbind-address=0.0.0.0\r\n'],
  [
    'adds with CRLF where the file has it',
    '[mysqld]\r\nuser=x\r\n\r\n[y]\r\n',
    mysqld,
    'absent',
    '[mysqld]\r\nuser=x\r\nbind-address=0.0.0.0\r\n\r\n[y]\r\n',
  ],
  [
    'keeps a missing final newline',
    '[mysqld]\nbind-address=1\nz=2',
    mysqld,
    '1',
    '[mysqld]\nbind-address=0.0.0.0\nz=2',
  ],
  [
    'keeps a missing final newline on the line that changes',
    '[mysqld]\nbind-address=1',
    mysqld,
    '1',
    '[mysqld]\nbind-address=0.0.0.0',
  ],
  [
    'adds after a last line without its newline',
    '[mysqld]\nz=2',
    mysqld,
    'absent',
    '[mysqld]\nz=2\nbind-address=0.0.0.0\n',
  ],
  [
    'keeps a byte order mark',
    '\ufeff[mysqld]\nbind-address=1\n',
    mysqld,
    '1',
    '\ufeff[mysqld]\nbind-address=0.0.0.0\n',
  ],
  [
    'keeps a byte order mark on the line that changes',
    '\ufeffk=1\n',
    { key: 'k', value: '2' },
    '1',
    '\ufeffk=2\n',
  ],
  [
    'gives a bare key a value',
    '[mysqld]\nbind-address\nz = 1\n',
    mysqld,
    'bare',
    '[mysqld]\nbind-address = 0.0.0.0\nz = 1\n',
  ],
  [
    'gives an empty key its value',
    '[mysqld]\nbind-address =\n',
    mysqld,
    '',
    '[mysqld]\nbind-address = 0.0.0.0\n',
  ],
  [
    'makes a key bare',
    '[mysqld]\nskip-x = 1\n',
    { section: 'mysqld', key: 'skip-x', bare: true },
    '1',
    '[mysqld]\nskip-x\n',
  ],
  [
    'adds a bare key',
    '[mysqld]\n',
    { section: 'mysqld', key: 'skip-x', bare: true },
    'absent',
    '[mysqld]\nskip-x\n',
  ],
  [
    'removes all of equal keys',
    'k=1\n[a]\nk=1\nl=2\nk = 3\n',
    { section: 'a', key: 'k', state: 'absent' },
    '3',
    'k=1\n[a]\nl=2\n',
  ],
  [
    'removes the last line of a file without a final newline',
    '[a]\nl=2\nk=1',
    { section: 'a', key: 'k', state: 'absent' },
    '1',
    '[a]\nl=2\n',
  ],
  [
    'sets a shell variable without blanks',
    '# ULIMIT="x"\n[ -f /x ] && . /x\nOTHER="a b"\n',
    { key: 'ULIMIT', value: '"-n 4096"' },
    'absent',
    '# ULIMIT="x"\n[ -f /x ] && . /x\nOTHER="a b"\nULIMIT="-n 4096"\n',
  ],
  ['adds a key above all sections', '[a]\nx=1\n', { key: 'k', value: 'v' }, 'absent', 'k=v\n\n[a]\nx=1\n'],
  ['takes a number', 'k=1\n', { key: 'k', value: 2 }, '1', 'k=2\n'],
  ['writes an empty value', 'k=1\n', { key: 'k', value: '' }, '1', 'k=\n'],
  [
    'indents as the section does',
    '[core]\n\tbare = true\n',
    { section: 'core', key: 'name', value: 'x' },
    'absent',
    '[core]\n\tbare = true\n\tname = x\n',
  ],
  [
    'takes a key of several words',
    '[global]\n   server string = a\n',
    { section: 'global', key: 'server string', value: 'b' },
    'a',
    '[global]\n   server string = b\n',
  ],
  [
    'uses another separator as it was given',
    'a: 1\n',
    { key: 'b', value: '2', separator: ': ' },
    'absent',
    'a: 1\nb: 2\n',
  ],
  [
    'changes the first in sshd_config',
    'permitrootlogin yes\nPermitRootLogin no\n',
    sshd,
    'yes',
    'permitrootlogin no\nPermitRootLogin no\n',
  ],
  [
    'does not take a Match block for global',
    '#PermitRootLogin yes\nUsePAM yes\n\nMatch User x\n    PermitRootLogin yes\n',
    sshd,
    'absent',
    '#PermitRootLogin yes\nUsePAM yes\nPermitRootLogin no\n\nMatch User x\n    PermitRootLogin yes\n',
  ],
  [
    'adds before a Match that comes first',
    'Match all\n  X yes\n',
    sshd,
    'absent',
    'PermitRootLogin no\n\nMatch all\n  X yes\n',
  ],
  [
    'does not take a continued line for a key',
    '[Service]\nExecStart=/bin/x \\\nUser=a\nUser=b\n',
    { section: 'Service', key: 'User', value: 'c' },
    'b',
    '[Service]\nExecStart=/bin/x \\\nUser=a\nUser=c\n',
  ],
  [
    'keeps what awk, sed or a shell might read in a value',
    'k=1\n',
    { key: 'k', value: `&\\1 $HOME "x" 'y' \`id\` \\n %s; [z` },
    '1',
    `k=&\\1 $HOME "x" 'y' \`id\` \\n %s; [z\n`,
  ],
  [
    'keeps odd bytes of other lines',
    'a=\u0001\u00ff\u0080é\nk=1\n',
    { key: 'k', value: 'ü' },
    '1',
    'a=\u0001\u00ff\u0080é\nk=ü\n',
  ],
]

describe.each(awks)('an option with %s', awk => {
  let place: Place
  beforeEach(() => {
    place = new Place(shells[0] ?? { name: 'sh', argv: ['sh'] })
    mkdirSync(join(place.root, 'bin'))
    const found = spawnSync('sh', ['-c', `command -v ${awk}`], { encoding: 'utf8' }).stdout.trim()
    symlinkSync(found, join(place.root, 'bin/awk'))
    place.environment.PATH = `${join(place.root, 'bin')}:${process.env.PATH}`
  })
  afterEach(() => place.remove())

  test.each(edits)('%s', (_title, before, wanted, observed, after) => {
    const path = place.path('it')
    writeFileSync(path, before)
    const params = parsed(option, { path, ...wanted } as Input)
    const actual = place.look(definition, params)
    expect(actual.state === 'present' ? actual.value : actual.state).toBe(observed)
    const done = place.apply(definition, params)
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(path, 'utf8')).toBe(after)
    expect(place.apply(definition, params).keys).toEqual([])
  })
})

describe.each(shells)('an option on $name', shell => {
  let place: Place
  beforeEach(() => {
    place = new Place(shell)
  })
  afterEach(() => place.remove())
  const apply = (input: Input) => place.apply(definition, parsed(option, input))
  const modeOf = (path: string) => statSync(path).mode & 0o777

  test('makes the file that is not there, privately for a secret', () => {
    apply({ path: place.path('a'), section: 's', key: 'k', value: 'v' })
    expect(readFileSync(place.path('a'), 'utf8')).toBe('[s]\nk=v\n')
    expect(modeOf(place.path('a'))).toBe(0o644)
    const secret: Input = {
      path: place.path('b'),
      section: 'client',
      key: 'password',
      value: new Secret('p w'),
    }
    expect(apply(secret)).toMatchObject({ code: 0, stderr: '' })
    expect(modeOf(place.path('b'))).toBe(0o600)
    expect(apply(secret).keys).toEqual([])
    expect(place.observe(definition, parsed(option, secret))).toMatch(
      /^state=present\nsha256=[0-9a-f]{64}\n$/,
    )
  })

  test('of an absent file is absent, and removing it makes no file', () => {
    expect(apply({ path: place.path('a'), key: 'k', state: 'absent' }).keys).toEqual([])
    expect(existsSync(place.path('a'))).toBe(false)
  })

  test('looks at many in many files with the bytes of single looks', () => {
    writeFileSync(place.path('a'), 'k=1\nverbose\n[s]\nk=2\n')
    writeFileSync(place.path("b ' c"), 'k = 3\n')
    writeFileSync(place.path('empty'), '')
    const many = ['a', "b ' c", 'empty', 'none'].flatMap(name =>
      [
        { key: 'k', value: '1' },
        { key: 'verbose', bare: true },
        { section: 's', key: 'k', value: new Secret('2') },
      ].map(wanted => parsed(option, { path: place.path(name), ...wanted })),
    )
    const probe = definition.probeMany?.(many)
    const all = place.execute(probe ?? { shell: 'false' }, { libraries: librariesOf(definition) })
    expect(all.stdout).toBe(many.map(params => `${place.observe(definition, params)}--mark--\n`).join(''))
    expect(all.stdout).toContain('value=3')
  })

  test('does not touch binary files or values that continue on the next line', () => {
    const path = place.path('it')
    writeFileSync(path, 'k=1\n\0')
    expect(apply({ path, key: 'k', value: '2' })).toMatchObject({ code: 98 })
    writeFileSync(path, 'k=1 \\\n 2\n')
    const params = parsed(option, { path, key: 'k', value: '2' })
    expect(definition.impossible?.(place.look(definition, params), params)).toContain(
      'continues on the next line',
    )
    const done = apply({ path, key: 'k', value: '2' })
    expect(done.stderr).toContain('continues on the next line')
    expect(readFileSync(path, 'utf8')).toBe('k=1 \\\n 2\n')
    expect(readdirSync(place.files)).toEqual(['it'])
  })
})

test.each([
  [{ path: '/x', key: 'k' }, 'give one of'],
  [{ path: '/x', key: 'k', value: 'a', bare: true }, 'give one of'],
  [{ path: '/x', key: 'k', value: 'a\nb=c' }, 'must be one line'],
  [{ path: '/x', key: 'k\n', value: 'a' }, 'must be one line'],
  [{ path: '/x', key: '#k', value: 'a' }, 'comment sign'],
  [{ path: '/x', key: 'a=b', value: 'a' }, 'the key holds the separator'],
  [{ path: '/x', key: 'a b', value: 'a', separator: ' ' }, 'the key holds the separator'],
  [{ path: '/x', key: 'k', value: ' a' }, 'blanks at its ends'],
  [{ path: '/x', key: 'k', value: 'a\\' }, 'backslash'],
  [{ path: '/x', section: 'a]\n[b', key: 'k', value: 'a' }, 'one line'],
  [{ path: '/x', section: 'a][b', key: 'k', value: 'a' }, 'without brackets'],
  [{ path: '/x', key: 'k', value: 'a', separator: 'x' }, 'must be a sign'],
])('an option refuses %j', (input, message) => {
  expect(definition.params.safeParse(input).error?.message).toContain(message)
})
