/** A shell ends where a redirection of a special builtin fails, and with it all that was to come in its batch. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Words of a command, in quotes or bare, up to where it ends. */
const words = String.raw`(?: +(?:"(?:\\.|[^"\\])*"|'[^']*'|\$\{[^}\n]*\}|\$\([^()\n]*\)|\\.|[^;&|<>\n'"()\\])*)?`
/** Behind `command` it goes on, and `true` is no special builtin. */
const endsShell = new RegExp(
  String.raw`(?<=^|[;&|(){\n]|(?:then|do|else|if|while|until|!) ) *(?:\w+=\S* +)*(?:exec|eval|\.|:|break|continue|export|readonly|return|set|shift|times|trap|unset)${words}(?:\d?[<>]+(?: ?&[\d-]| ?/dev/null)${words})*(?<=[ :])\d?(?:>>?|<>?)(?!<|>| ?&| ?/dev/null)[^\n]*`,
  'g',
)

const endings = (text: string): readonly string[] =>
  (text.replaceAll(/^\s*#.*$/gm, '').match(endsShell) ?? []).map(found => found.trim())

/** The shell texts of a source: those of `sh`, with a word for each hole, whatever stands in it. */
function shellTexts(source: string): readonly string[] {
  return [...source.matchAll(/\bsh`/g)].map(({ index }) => {
    let filled = source.slice(index + 3)
    for (let before = ''; before !== filled; ) {
      before = filled
      // The innermost first: a hole may hold braces, and texts with holes of their own.
      filled = filled.replaceAll(/\$?\{(?:[^{}`]|`[^`]*`)*\}/g, found =>
        found.startsWith('$') ? 'hole' : `;${found.slice(1, -1)};`,
      )
    }
    return /^(?:\\.|[^`\\])*/s.exec(filled)?.[0] ?? ''
  })
}

test('no special builtin of a shell text has a redirection that may fail', () => {
  const found = ['src', 'recipes'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(path => /\.(?:sh|ts)$/.test(path))
      .flatMap(path => {
        const text = readFileSync(`${folder}/${path}`, 'utf8')
        const texts = path.endsWith('.sh') ? [text] : text.includes('sh`') ? shellTexts(text) : []
        return texts.flatMap(endings).map(each => `${path}: ${each}`)
      }),
  )
  expect(found).toEqual([])
})

test('it is found in any place of a line, and not where the shell goes on', () => {
  for (const line of [
    'exec 9>>"$lock"',
    'x || : >"$file"',
    '( exec 3<"$1" )',
    'set -- a >"$file"',
    'set -- "$x" >"$file"',
    ': "$x" >file',
    `trap 'rm "$x"' EXIT 2>"$log"`,
    'if x; then : >"$file"; fi',
    'eval "$x" >"$file"',
    '. ./library >"$file"',
    ': 2>/dev/null >"$file"',
    'exec <"$file"',
    'x() { : <"$file"; }',
    'case $x in a) : >"$file";; esac',
    'set -- $(ls "$x") >"$file"',
    'LANG=C exec 3<"$file"',
    ':>"$file"',
  ])
    expect([line, endings(line).length]).toEqual([line, 1])
  for (const line of [
    'command exec 9>>"$lock"',
    'true >"$file"',
    'exec 9>&-',
    '( exec 8<&0 >/dev/null',
    'cat >x',
    'set -- "$x"; cat >x',
    `: "a > b" ': > c'`,
    'ls . >x',
    'return 1 >&2',
  ])
    expect([line, endings(line)]).toEqual([line, []])
  const source = 'sh`${[a].map(b => sh`x ${{ b }.b}`)}; x() { : "${b}" >${b}; }`; const isLarge = a ? : > 1'
  expect(shellTexts(source).flatMap(endings)).toEqual([expect.stringContaining(': "hole" >hole')])
})
