/** A shell ends where a redirection of a special builtin fails, and with it all that was to come in its batch. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Behind `command` it goes on, and `true` is no special builtin. */
const endsShell =
  /(?<!command |[\w$"'-])(?:exec|:|export|readonly|set|shift|times|trap|unset)(?: [^;&|\n'"()]*)? \d?(?:>>?|<>?)(?! ?&| ?\/dev\/null)[^\n]*/g

const endings = (text: string): readonly string[] =>
  (text.replaceAll(/^\s*#.*$/gm, '').match(endsShell) ?? []).map(found => found.trim())

test('no special builtin of a shell text has a redirection that may fail', () => {
  const found = ['src', 'recipes'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(path => path.endsWith('.sh'))
      .flatMap(path => endings(readFileSync(`${folder}/${path}`, 'utf8')).map(each => `${path}: ${each}`)),
  )
  expect(found).toEqual([])
})

test('it is found in any place of a line, and not where the shell goes on', () => {
  for (const line of ['exec 9>>"$lock"', 'x || : >"$file"', '( exec 3<"$1" )', 'set -- a >"$file"'])
    expect(endings(line)).toHaveLength(1)
  for (const line of [
    'command exec 9>>"$lock"',
    'true >"$file"',
    'exec 9>&-',
    '( exec 8<&0 >/dev/null',
    'cat >x',
  ])
    expect(endings(line)).toEqual([])
})
