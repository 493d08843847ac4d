/** Files with sections whose values end with their line, but for quotes and backslashes: my.cnf, php.ini, smb.conf, git's. */
import { anyCase, type Chance, equals, indents } from './chance.ts'
import { asks, type Dialect, same } from './dialect.ts'

const joined = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('')

const mysqlKeys = ['port', 'bind-address', 'skip-name-resolve', 'max_connections'] as const
const dashed = (given: Chance, key: string): string =>
  given.pick([key, key, key.replaceAll('_', '-'), key.replaceAll('-', '_')])

const mysql: Dialect = {
  file: 'my.cnf',
  readers: ['mysql'],
  beside: given =>
    `[${given.pick(['mysqld', 'client'])}]\n${given.pick(mysqlKeys)}=${given.pick(['1', '2'])}\n`,
  made: 95,
  text: given =>
    joined([
      '[mysqld]',
      ...given.times(0, 10, () => {
        if (given.percent(15))
          return given.pick(['', '  ', `# ${given.mark()}`, `; ${given.mark()}`, '#port=3'])
        if (given.percent(4)) return given.pick(['!include DIR/beside.cnf', '!includedir DIR'])
        if (given.percent(20))
          return given.pick(['[mysqld]', '[client]', ' [other] # x', '[mysqld ] port = 7', '[MySQLd]'])
        const key = `${given.pick(['', '', '', 'loose-', 'loose_'])}${dashed(given, given.pick(mysqlKeys))}`
        if (given.percent(15))
          return `${given.pick(indents)}${key}${given.pick(['', ' ', ` # ${given.mark()}`])}`
        const value = given.pick([
          '1',
          '2',
          '"a b"',
          "'x # y'",
          '',
          'C:\\\\x',
          "it's # one",
          'a "#" b',
          'a=b',
          'a; b',
        ])
        return `${given.pick(indents)}${key}${given.pick(equals)}${value}${given.pick(['', '', ' ', `# ${given.mark()}`, ` # ${given.mark()}`])}`
      }),
    ]),
  asked(given) {
    const section = given.pick(['mysqld', 'mysqld', 'client', 'other'])
    const key = given.pick(mysqlKeys)
    const name = `${section}/${key.replaceAll('_', '-')}`
    const wanted = { section, key: dashed(given, key) }
    if (given.percent(10)) return { wanted: { ...wanted, bare: true }, name, meaning: '' }
    return asks(given, {
      wanted,
      name,
      values: [...same('1', '2', 'a b', 'a;b'), ['"x # y"', 'x # y'], ["'q'", 'q']],
    })
  },
}

const phpKeys = ['user_agent', 'default_charset', 'sendmail_from', 'error_prepend_string'] as const
const phpValues = ['a', '"b c"', '"x\ny = 1"', 'a b', "'q;r'", '', 'p"q;"', '"\\"t"', 'On'] as const

function phpLine(given: Chance, sections: readonly string[]): string {
  if (given.percent(15)) return given.pick(['', ' ', `; ${given.mark()}`, ';user_agent = x'])
  const headed = given.percent(20) ? `[${given.pick(sections)}]` : ''
  if (headed !== '' && given.percent(80)) return `${headed}${given.pick(['', ' ', ` ; ${given.mark()}`])}`
  const end = given.pick(['', '', ' ', `;${given.mark()}`, ` ; ${given.mark()}`])
  return `${headed}${given.pick(indents)}${given.pick(phpKeys)}${given.pick(equals)}${given.pick(phpValues)}${end}`
}

const phpAsked = [...same('a', 'b'), ['"b c"', 'b c'], ["'q;r'", 'q;r'], ['""', '']] as const

const php: Dialect = {
  file: 'php.ini',
  readers: ['php'],
  made: 70,
  text: given =>
    joined(
      given.times(0, 8, () =>
        phpLine(given, ['PHP', 'Session', 'mail function', 'PHP', 'PATH=/srv/x', 'HOST=h']),
      ),
    ),
  asked(given) {
    const key = given.pick(phpKeys)
    const section = given.pick([undefined, 'PHP', 'Session'])
    return asks(given, { wanted: { ...(section && { section }), key }, name: key, values: phpAsked })
  },
}

const fpm: Dialect = {
  file: 'php-fpm.conf',
  readers: ['fpm'],
  made: 90,
  text: given =>
    joined(['[www]', ...given.times(0, 8, () => phpLine(given, ['www', 'global', 'other pool']))]),
  asked(given) {
    const key = given.pick(phpKeys)
    const section = given.pick(['www', 'global', 'other pool'])
    return asks(given, { wanted: { section, key }, name: `${section}/${key}`, values: phpAsked })
  },
}

const sambaKeys = {
  comment: 'comment',
  path: 'path',
  directory: 'path',
  'valid users': 'valid users',
  'hosts allow': 'hosts allow',
  'allow hosts': 'hosts allow',
} as const

const samba: Dialect = {
  file: 'smb.conf',
  // What Samba says of a share that has no path.
  follows: name => name.endsWith('/available'),
  readers: ['samba'],
  made: 90,
  text: given =>
    joined([
      '[home]',
      'path = /srv',
      ...given.times(0, 9, () => {
        if (given.percent(15))
          return given.pick(['', `# ${given.mark()}`, `; ${given.mark()}`, `  # ${given.mark()} \\`])
        if (given.percent(15))
          return given.pick(['[home]', '[HOME]', '[Pub  lic]', '[pub lic]', '[home] comment = on the line'])
        const key = anyCase(given, given.pick(Object.keys(sambaKeys)))
        const spaced = given.percent(20)
          ? key.replace(' ', '  ')
          : given.percent(10)
            ? key.replace(' ', '')
            : key
        const value = given.pick([
          '/srv/a',
          'a b',
          '10.0.0.0/8',
          'a \\\n   b',
          'a\\\nb \\ \n c',
          'x # y',
          'x ; y',
          'a = b',
        ])
        return `${given.pick(indents)}${spaced}${given.pick(equals)}${value}${given.pick(['', ' '])}`
      }),
    ]),
  asked(given) {
    const key = given.pick(Object.keys(sambaKeys)) as keyof typeof sambaKeys
    const section = given.pick(['home', 'HOME', 'pub lic'])
    const name = `${section.toLowerCase()}/${sambaKeys[key]}`
    return asks(given, {
      wanted: { section, key: anyCase(given, key) },
      name,
      values: same('/srv/b', 'c', 'd e'),
    })
  },
}

const gitSections = [
  ['core', 'core'],
  ['CORE', 'core'],
  ['remote "a"', 'remote.a'],
  ['remote "A]b"', 'remote.A]b'],
  ['remote   "a"', 'remote.a'],
  ['branch.Old', 'branch.old'],
  ['user', 'user'],
] as const
const gitKeys = ['bare', 'Name', 'url-x', 'k2'] as const

function gitItem(given: Chance): string {
  const key = anyCase(given, given.pick(gitKeys))
  if (given.percent(10)) return `${key}${given.pick(['', ' ', ` # ${given.mark()}`, `;${given.mark()}`])}`
  const value = given.pick([
    'true',
    'a b',
    '"x # y"',
    'a\\\n  b',
    '"a \\\nb"',
    'a"b "c',
    '',
    'a\\tb',
    'a \\"q',
    'x\\\\',
    'a = b',
  ])
  return `${key}${given.pick(equals)}${value}${given.pick(['', '', ' ', `#${given.mark()}`, ` ; ${given.mark()}`])}`
}

const git: Dialect = {
  file: 'gitconfig',
  readers: ['git'],
  beside: given => `[core]\n${gitItem(given)}\n`,
  made: 90,
  text: given =>
    joined([
      '[core]',
      ...given.times(0, 10, () => {
        if (given.percent(15)) return given.pick(['', `# ${given.mark()}`, ` ; ${given.mark()} \\`])
        if (given.percent(4)) return '[include] path = DIR/beside.cnf'
        if (given.percent(25))
          return `${given.pick(indents)}[${given.pick(gitSections)[0]}]${given.pick(['', '', ` ${gitItem(given)}`, gitItem(given), ` # ${given.mark()}`])}`
        return `${given.pick(indents)}${gitItem(given)}`
      }),
    ]),
  asked(given) {
    const [section, read] = given.pick(gitSections.filter(([written]) => !written.includes(']')))
    const key = given.pick(gitKeys)
    const name = `${read}.${key.toLowerCase()}`
    const wanted = { section, key: anyCase(given, key) }
    if (given.percent(8)) return { wanted: { ...wanted, bare: true }, name, meaning: '(alone)' }
    return asks(given, {
      wanted,
      name,
      values: [...same('true', 'a b', 'p=q'), ['"x # y"', 'x # y'], ['a\\tb', 'a\tb']],
    })
  },
}

export const sectionDialects = { mysql, php, fpm, samba, git }
