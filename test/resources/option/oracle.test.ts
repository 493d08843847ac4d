/** After every `as wanted`, the programs that a file belongs to agree, and read every other key as before. */
import { writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { option } from '../../../src/resources/option.ts'
import { Place, shells } from '../shells.ts'
import { dialects } from './oracle/dialects.ts'
import { lacks, readers } from './oracle/readers.ts'
import { sweep } from './oracle/sweep.ts'

const edits = Number(process.env.OPS_ORACLE ?? 6)
const firstSeed = Number(process.env.OPS_ORACLE_SEED ?? 1)

/** Values, some of which a program would not read, each for a key of its own file. */
const values = {
  toml: [
    ...[
      'a',
      '"a"',
      "'a'",
      '"a',
      '1',
      '01',
      '+1',
      '1_000',
      '1__0',
      '1.5',
      '1.',
      '.5',
      '1e3',
      'true',
      'True',
      'inf',
      '-nan',
    ],
    ...[
      '0xFF',
      '0x',
      '1979-05-27',
      '1979-05-27T07:32:00Z',
      '1979-05-27 07:32:00',
      '07:32:00',
      '1979-13-01',
      '[1, 2]',
      '[1, 2,]',
    ],
    ...[
      '[]',
      '[',
      '[1 2]',
      '["a", \'b\']',
      '{}',
      '{ a = 1 }',
      '{ a = 1, }',
      '{ a.b = "c", "d" = [1] }',
      '"\\q"',
      '"\\u00e9"',
    ],
    ...[
      '""',
      '"" x',
      'a b',
      '1 # c',
      '"""a"""',
      "'''a'''",
      '1-2',
      '12:00',
      'nan1',
      '{ a }',
      '[[1], [2]]',
      '"\t"',
      '-0',
    ],
  ],
  fpm: [
    ...[
      'a',
      'a b',
      'a=b',
      'a(b)',
      '"a=b"',
      'E_ALL & ~E_NOTICE',
      '!x',
      'a!',
      'a|b',
      '^',
      "'q(r)'",
      '"a" (b)',
      'x{y}',
      '/srv/a-b_c.d:e',
    ],
    ...[
      'a,b',
      'a*b',
      '1M',
      'On',
      '~',
      '&',
      'a & ',
      '[a]',
      'a"b"c',
      '"a',
      'null',
      '#x',
      '@x',
      'a?b',
      'a%b',
      '<a>',
      'a+b',
      '\\a',
      '${HOME}',
    ],
  ],
  git: [
    'a',
    'a\\nb',
    'a\\qb',
    '"a',
    '"a b" c',
    'a"b',
    '\\"x\\"',
    'C:\\dir',
    'C:\\\\dir',
    'a = b',
    '!x',
    '~/x',
    "it's",
    '"a#b"',
  ],
} as const

for (const [name, list] of Object.entries(values) as [keyof typeof values, readonly string[]][]) {
  const missing = lacks(readers[name])
  const title = `a value that an option of ${name} takes is one that the program reads`
  if (missing.length > 0) test.skip(`${title}: it needs ${missing.join(', ')}`, () => {})
  else
    test(title, () => {
      const place = new Place(shells[0] ?? { name: 'sh', argv: ['/bin/sh'] })
      onTestFinished(() => place.remove())
      const taken = list.flatMap((value, index) => {
        const path = place.path(`${index}-it`)
        const given = { path, format: name, section: 'a', key: 'k', value }
        const { data } = option.definition.params.safeParse(given)
        if (data === undefined) return []
        writeFileSync(path, '[a]\nother = 1\n')
        return place.apply(option.definition, data).code === 0 ? [{ path, value }] : []
      })
      const read = readers[name].read(
        taken.map(({ path }) => path),
        place.root,
      )
      expect(taken.filter((_, index) => read[index] === undefined)).toEqual([])
      expect(taken.length).toBeGreaterThan(list.length / 3)
    })
}

for (const [name, dialect] of Object.entries(dialects)) {
  const missing = [...new Set(dialect.readers.flatMap(each => lacks(readers[each])))]
  const title = `an option of ${name} means what it says to ${dialect.readers.join(', ')}`
  if (missing.length > 0) test.skip(`${title}: it needs ${missing.join(', ')}`, () => {})
  else
    test(title, { timeout: 240_000 + edits * 1000 }, () => {
      const place = new Place(shells[0] ?? { name: 'sh', argv: ['/bin/sh'] })
      onTestFinished(() => place.remove())
      const { made, asWanted, wrong } = sweep(place, dialect, firstSeed, edits)
      expect(wrong.slice(0, 3).join('\n\n')).toBe('')
      expect((100 * (made + asWanted)) / edits).toBeGreaterThanOrEqual(dialect.made)
    })
}
