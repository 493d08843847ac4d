/** Files whose values go over lines by indentation or brackets, files of the desktop, and one that nothing is known of. */
import { anyCase, type Chance, equals, indents } from './chance.ts'
import { asks, type Dialect, same } from './dialect.ts'

const joined = (lines: readonly string[]): string => lines.map(line => `${line}\n`).join('')

const keys = ['args', 'debug', 'log_file', 'env.x'] as const

function parserLines(given: Chance): readonly string[] {
  if (given.percent(12))
    return [given.pick(['', '  ', `# ${given.mark()}`, `   ; ${given.mark()}`, '#args = 1'])]
  if (given.percent(20))
    return [
      `${given.pick(['', '', ' '])}[${given.pick(['app', 'web app', 'DEFAULT', 'app'])}]${given.pick(['', '', ' x'])}`,
    ]
  const value = () => given.pick(['a', 'b c', 'a = b', 'x: y', '', 'p ; q', 'p # q', '[app]', "it's"])
  const more = given.percent(40)
    ? given.times(1, 3, () =>
        given.pick([
          `      ${value()}`,
          `\t\t\t\t\t${value()}`,
          `      # ${given.mark()}`,
          '',
          '     args = 3',
          '        [web app]',
        ]),
      )
    : []
  return [
    `${given.pick(indents)}${anyCase(given, given.pick(keys))}${given.pick([...equals, ': ', ':', ' : '])}${value()}${given.pick(['', ' '])}`,
    ...more,
  ]
}

const parser = (file: string, reader: 'python' | 'supervisor' | 'commented', extra: object): Dialect => ({
  file,
  readers: [reader],
  made: 95,
  text: given => joined(['[app]', ...given.times(0, 9, () => parserLines(given)).flat()]),
  asked(given) {
    const section = given.pick(['app', 'app', 'web app', 'DEFAULT'])
    const key = given.pick(keys)
    return asks(given, {
      wanted: { ...extra, section, key: anyCase(given, key) },
      name: `${section}/${key}`,
      values: same('a', 'b c', 'q=r', 'a:b'),
    })
  },
})

const desktop: Dialect = {
  file: 'a.desktop',
  readers: ['desktop'],
  made: 95,
  text: given =>
    joined([
      '[Desktop Entry]',
      ...given.times(0, 9, () => {
        if (given.percent(15)) return given.pick(['', `# ${given.mark()}`, '#Name=x'])
        if (given.percent(15))
          return `[${given.pick(['Desktop Entry', 'Desktop Action new'])}]${given.pick(['', ' '])}`
        return `${given.pick(indents)}${given.pick(['Name', 'Name[de]', 'Exec', 'name'])}${given.pick(equals)}${given.pick(['a', 'a;b;', 'a # b', '', 'x=y', 'a\\sb'])}${given.pick(['', ' '])}`
      }),
    ]),
  asked(given) {
    const section = given.pick(['Desktop Entry', 'Desktop Action new'])
    const key = given.pick(['Name', 'Name[de]', 'Exec', 'name', 'Icon'])
    return asks(given, {
      wanted: { section, key },
      name: `${section}/${key}`,
      values: same('a', 'b;c;', 'x=y', 'a # b'),
    })
  },
}

const tomlValues = [
  '1',
  '"a"',
  "'b # c'",
  '"""\nx = 1\n[a]\n"""',
  "'''q'''",
  '[1, 2]',
  '[\n  "a", # c\n  "]",\n]',
  '{ x = 1 }',
  'true',
  '1979-05-27T07:32:00Z',
  '[[1], [2]]',
  '"\\"#"',
  '""',
  '"""a\\\n  b"""',
] as const
const tomlKeys = ['name', 'size', '"k.d"', 'dot.ted', "'q'"] as const

const toml: Dialect = {
  file: 'a.toml',
  readers: ['toml'],
  made: 30,
  text(given) {
    const item = (key: string) =>
      `${given.pick(indents)}${key}${given.pick(equals)}${given.pick(tomlValues)}${given.pick(['', '', ` # ${given.mark()}`])}`
    const some = () =>
      tomlKeys
        .filter(() => given.percent(40))
        .flatMap(key => [...(given.percent(20) ? [given.pick(['', `# ${given.mark()}`])] : []), item(key)])
    const headers = ['[a]', '[a.b]', '[ "c d" ]', '[[l]]', '[[l]]', '[l.x]', '[ a . "e.f" ]'].filter(() =>
      given.percent(45),
    )
    return joined([
      ...some(),
      ...headers.flatMap(header => [`${header}${given.pick(['', '', ` # ${given.mark()}`])}`, ...some()]),
    ])
  },
  asked(given) {
    const section = given.pick([undefined, 'a', 'a', 'a.b', '"c d"', 'l', 'l.x', 'new'])
    const key = given.pick(tomlKeys)
    const path = [...(section === undefined ? [] : section === '"c d"' ? ['c d'] : section.split('.'))]
    const name = [...path, ...(key === 'dot.ted' ? ['dot', 'ted'] : [key.replaceAll(/["']/g, '')])].join('/')
    const wanted = { ...(section !== undefined && { section }), key }
    return asks(given, {
      wanted,
      name,
      values: [
        ['1', '1'],
        ['"a"', "'a'"],
        ["'b # c'", "'b # c'"],
        ['[1, 2]', '[1, 2]'],
        ['false', 'False'],
      ],
    })
  },
  // A table around it comes and goes with it, and the parts of a value `{ x = 1 }` are parts of it.
  follows: (name, { name: asked }) =>
    name.startsWith(`${asked}/`) || (name.endsWith('/') && `${asked}/`.startsWith(name)),
}

const unknownLine = (given: Chance): readonly string[] => {
  if (given.percent(15)) return [given.pick(['', `# ${given.mark()}`, `; ${given.mark()}`])]
  if (given.percent(15))
    return [`[${given.pick(['one', 'two'])}]${given.pick(['', '', '', ' name = v9', ' # x'])}`]
  const value = () => given.pick(['v1', 'v2', '/srv/x', '10', '"v3"', 'v4 \\', '"""', 'v5, v6'])
  const more = given.percent(25) ? [`    ${given.pick(['v7', 'name = v8', '# x', '"""'])}`] : []
  return [
    `${given.pick(['', '', '', '  '])}${given.pick(['name', 'size', 'path'])}${given.pick(equals)}${value()}`,
    ...more,
  ]
}

/** Several programs read it; whichever can must see what was asked. */
const unknown: Dialect = {
  file: 'settings.ini',
  readers: ['python', 'oneAndTwo', 'gitLikeOthers', 'fpm'],
  made: 30,
  text: given => joined(['[one]', ...given.times(0, 8, () => unknownLine(given)).flat()]),
  asked(given) {
    const section = given.pick(['one', 'one', 'two', 'three'])
    const key = given.pick(['name', 'size', 'path'])
    return asks(given, {
      wanted: { section, key },
      name: `${section}/${key}`,
      values: same('v1', 'w1', '/srv/y'),
    })
  },
}

export const nestedDialects = {
  python: parser('setup.cfg', 'python', {}),
  'python with comments': parser('app.ini', 'commented', { format: 'python', inlineComments: '#;' }),
  supervisor: parser('supervisord.conf', 'supervisor', {}),
  desktop,
  toml,
  unknown,
}
