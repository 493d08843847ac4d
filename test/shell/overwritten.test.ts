/** POSIX sh has no `local`: a function that is called may overwrite what its caller reads again. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What a function does to names of ours, in the order in which it stands there. */
interface Act {
  readonly kind: 'writes' | 'reads' | 'calls'
  readonly name: string
  readonly at: number
}

interface ShellFunction {
  readonly name: string
  readonly file: string
  readonly acts: readonly Act[]
  /** Its body runs in a subshell: nothing that it sets reaches the caller. */
  readonly isApart: boolean
  /** Names in the comment above it: what it means to leave for its caller. */
  readonly leaves: ReadonlySet<string>
}

/** The text without comments, with blanks for what single quotes and subshells hold, where `keeps` does not say otherwise. */
function blanked(text: string, subshells: boolean): string {
  const plain = text
    .replaceAll(/^\s*# .*$/gm, line => ' '.repeat(line.length))
    .replaceAll(/'[^']*'/g, quoted => quoted.replaceAll(/[^\n]/g, ' '))
  if (!subshells) return plain
  let [out, depth] = ['', 0]
  for (const [at, char] of [...plain].entries()) {
    const opens = char === '(' && plain[at + 1] !== ')' && /[\s$({]/.test(plain[at - 1] ?? ' ')
    if (opens || (depth > 0 && char === '(')) depth++
    out += depth > 0 && char !== '\n' ? ' ' : char
    if (depth > 0 && char === ')') depth--
  }
  return out
}

/** The functions of a file: each begins its line with its name, and ends where a closing line is as far indented. */
function functionsOf([file, text]: readonly [string, string]): readonly ShellFunction[] {
  const lines = text.split('\n')
  return lines.flatMap((line, first) => {
    const [, indent = '', name, brace] = /^(\s*)(ops_\w+)\(\) ([{(])/.exec(line) ?? []
    if (name === undefined) return []
    const end = `${indent}${brace === '{' ? '}' : ')'}`
    const last = /[})](?:\s*2>\S+)?\s*$/.test(line)
      ? first
      : lines.findIndex((each, at) => at > first && each.startsWith(end))
    let above = first
    while (/^\s*# /.test(lines[above - 1] ?? '')) above--
    const comment = lines.slice(above, first).join(' ')
    const body = lines.slice(first, last + 1).join('\n')
    return {
      ...{ name, file, isApart: brace === '(', acts: actsOf(body.slice(body.indexOf('()') + 4)) },
      leaves: new Set(comment.match(/\bops_\w+/g)),
    }
  })
}

function actsOf(body: string): readonly Act[] {
  const found = (kind: Act['kind'], text: string, pattern: RegExp): Act[] =>
    [...text.matchAll(pattern)].flatMap(match =>
      (match[1]?.match(/ops_\w+/g) ?? []).map(name => ({ kind, name, at: match.index + match[0].length })),
    )
  const outer = blanked(body, true)
  const command =
    /(?:^|[;&|!)]|\{\s|\b(?:then|do|else|if|elif|while|until)\b)\s*(ops_\w+)(?![\w=])[^;&|\n}]*(?=[;&\n}]|\|\||$)/gm
  return [
    ...found('writes', outer, /(?<![\w$])(ops_\w+)=/g),
    ...found('writes', outer, /\bfor (ops_\w+)/g),
    ...found('writes', outer, /\bread (?:-r )?((?:ops_\w+ ?)+)/g),
    ...found('reads', blanked(body, false), /\$\{?#?(ops_\w+)/g),
    ...found('calls', outer, command),
    // One that is handed on by its name is called by whom it is given to.
    ...found('calls', outer, /(?<!\b(?:read(?: -r)?|for)(?: ops_\w+)*)(?<=[\w"]) (ops_\w+)(?=[ ;\n}]|$)/g),
  ].sort((one, other) => one.at - other.at)
}

/** `FILE: FUNCTION reads NAME, which CALLED may have overwritten`. */
function overwritten(files: readonly (readonly [string, string])[]): readonly string[] {
  const functions = new Map(files.flatMap(file => functionsOf(file)).map(each => [each.name, each]))
  const sets = new Map([...functions].map(([name]) => [name, new Set<string>()]))
  for (let grew = true; grew; ) {
    grew = false
    for (const { name, acts, isApart, leaves } of functions.values()) {
      const own = sets.get(name) ?? new Set()
      const all = isApart
        ? []
        : acts.flatMap(act =>
            act.kind === 'writes' ? [act.name] : act.kind === 'calls' ? [...(sets.get(act.name) ?? [])] : [],
          )
      for (const each of all) {
        if (leaves.has(each) || own.has(each)) continue
        own.add(each)
        grew = true
      }
    }
  }
  return [...functions.values()].flatMap(({ name, file, acts }) =>
    acts.flatMap(({ kind, name: read }, at) => {
      if (kind !== 'reads') return []
      const before = acts.slice(0, at)
      const first = before.findIndex(act => act.kind === 'writes' && act.name === read)
      const set = before.findLastIndex(
        act =>
          (act.kind === 'writes' && act.name === read) ||
          (act.kind === 'calls' && sets.get(act.name)?.has(read)),
      )
      const called = before[set]
      return first >= 0 && called?.kind === 'calls'
        ? [`${file}: ${name} reads ${read}, which ${called.name} may have overwritten`]
        : []
    }),
  )
}

test('no function reads again what a function that it called may have overwritten, unless that says so in its comment', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.sh'))
    .map(path => [path, readFileSync(`src/${path}`, 'utf8')] as const)
  expect(overwritten(files)).toEqual([])
})

test('it is found wherever the name is set on the way, but not in a subshell', () => {
  const called = 'ops_called() {\n  ops_deeper\n}\nops_deeper() {\n  ops_name=2\n}\n'
  const reading = (call: string) => `ops_reads() {\n  ops_name=1\n  ${call}\n  echo "$ops_name"\n}\n`
  expect(overwritten([['a.sh', called + reading('ops_called')]])).toEqual([
    'a.sh: ops_reads reads ops_name, which ops_called may have overwritten',
  ])
  for (const call of ['ops_other', 'ops_said=$(ops_called)', '(ops_called)', 'ops_called; ops_name=3'])
    expect(overwritten([['a.sh', called + reading(call)]])).toEqual([])
  expect(
    overwritten([
      ['a.sh', `${called.replace('ops_deeper()', '# Sets ops_name.\nops_deeper()')}${reading('ops_called')}`],
    ]),
  ).toEqual([])
})
