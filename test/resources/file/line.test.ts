import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { line } from '../../../src/resources/line.ts'
import { Place, parsed, shells } from '../shells.ts'

type Input = z.input<typeof line.definition.params>
type Wanted = Omit<Input, 'path'>
const { definition } = line

/** Before, what is wanted, what is observed before, after. */
const edits: readonly (readonly [string, string, Wanted, string, string])[] = [
  ['is added at the end', 'a\nb\n', { line: 'c' }, 'absent', 'a\nb\nc\n'],
  ['is added after a last line without its newline', 'a\nb', { line: 'c' }, 'absent', 'a\nb\nc\n'],
  ['is added with CRLF where the file has it', 'a\r\nb', { line: 'c' }, 'absent', 'a\r\nb\r\nc\r\n'],
  ['is not added where it is part of another', 'xax\n', { line: 'a' }, 'absent', 'xax\na\n'],
  ['is found before a carriage return', 'a\r\nb\r\n', { line: 'a' }, 'present', 'a\r\nb\r\n'],
  ['is found after a byte order mark', '\ufeffa\n', { line: 'a' }, 'present', '\ufeffa\n'],
  ['is found at the end without a newline', 'b\na', { line: 'a' }, 'present', 'b\na'],
  ['replaces the last match', 'k 1\nx\nk 2\ny\n', { line: 'k 3', match: '^k ' }, 'k 2', 'k 1\nx\nk 3\ny\n'],
  [
    'replaces the last match without a final newline',
    'x\r\nk 2',
    { line: 'k 3', match: '^k ' },
    'k 2',
    'x\r\nk 3',
  ],
  [
    'replaces a match and keeps its CR and byte order mark',
    '\ufeffk 1\r\nz',
    { line: 'k 2', match: '^k [0-9]$' },
    'k 1',
    '\ufeffk 2\r\nz',
  ],
  ['is added where nothing matches', 'x\n', { line: 'k 3', match: '^k ' }, 'absent', 'x\nk 3\n'],
  [
    'is an expression with classes, intervals and groups',
    'ab12 c\n',
    { line: 'ab99 c', match: '^a(b|c)[[:digit:]]{1,3}[[:blank:]]c$' },
    'ab12 c',
    'ab99 c\n',
  ],
  ['is removed wherever it stands', 'a\nb\na\nc\na', { line: 'a', state: 'absent' }, 'present', 'b\nc\n'],
  [
    'is removed with all that match',
    'k 1\r\nb\r\nk 2\r\n',
    { line: 'k 1', match: '^k', state: 'absent' },
    'present',
    'b\r\n',
  ],
  [
    'arrives with what tools might read in it',
    'k\n',
    { line: `k=&\\1 $HOME 'x' "y" \`id\` \\n %s [`, match: '^k' },
    'k',
    `k=&\\1 $HOME 'x' "y" \`id\` \\n %s [\n`,
  ],
  ['may begin with a dash', '', { line: '-e x', match: '-e' }, 'absent', '-e x\n'],
]

describe.each(shells)('a line on $name', shell => {
  let place: Place
  beforeEach(() => {
    place = new Place(shell)
  })
  afterEach(() => place.remove())

  test.each(edits)('%s', (_title, before, wanted, observed, after) => {
    const path = place.path('it')
    writeFileSync(path, before)
    const params = parsed(line, { path, ...wanted } as Input)
    const actual = place.look(definition, params)
    const found = actual.line === params.line ? 'present' : actual.line
    expect(found ?? actual.state).toBe(observed)
    expect(place.apply(definition, params)).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(path, 'utf8')).toBe(after)
    expect(place.apply(definition, params).keys).toEqual([])
  })

  test('makes the file that is not there, unless it is to be absent', () => {
    const path = place.path('new')
    expect(place.apply(definition, parsed(line, { path, line: 'a', state: 'absent' })).keys).toEqual([])
    expect(existsSync(path)).toBe(false)
    place.apply(definition, parsed(line, { path, line: 'a' }))
    expect(readFileSync(path, 'utf8')).toBe('a\n')
  })
})

test.each([
  ['^b', 'does not match'],
  ['[a', 'never closed'],
  ['\\d+', 'no meaning'],
  ['[[:bogus:]]', 'not a character class'],
  ['(a', 'Unterminated group'],
])('a line refuses the expression %s', (match, message) => {
  const refused = definition.params.safeParse({ path: '/x', line: 'a 1]', match })
  expect(refused.error?.message).toContain(message)
})

test.each(['^a', '[]]$', '[^^]', 'a[[:space:]]1', '\\<a\\>', 'a 1\\]', '(a|b) [0-9]{1}', '[a\\]', ']'])(
  'a line takes the expression %s',
  match => {
    expect(definition.params.safeParse({ path: '/x', line: 'a 1]', match }).error).toBeUndefined()
  },
)
