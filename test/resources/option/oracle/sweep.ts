/** Makes files, asks `option` for changes, and compares each word of it with what the programs themselves read. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { option } from '../../../../src/resources/option.ts'
import { sh } from '../../../../src/shell/sh.ts'
import { difference, librariesOf, mark, type Place } from '../../shells.ts'
import { chance } from './chance.ts'
import type { Asked, Dialect } from './dialect.ts'
import { type Read, type ReaderName, readers } from './readers.ts'

const { definition } = option
type Params = ReturnType<typeof definition.params.parse>

interface Case {
  readonly seed: number
  readonly path: string
  readonly before: string
  readonly asked: Asked
  readonly params: Params
}

export interface Outcome {
  readonly made: number
  readonly asWanted: number
  readonly refused: number
  /** What went wrong, each with all that repeats it. */
  readonly wrong: readonly string[]
}

/** Edits of one format, each on a file of its own that its program accepts. */
export function sweep(place: Place, dialect: Dialect, firstSeed: number, count: number): Outcome {
  const cases = casesOf(place, dialect, firstSeed, count)
  const before = readAll(place, dialect, cases)
  const empty = emptyOf(place, dialect)
  const looked = look(place, cases)
  const wrong: string[] = []
  const refused = new Set<Case>()
  let made = 0
  cases.forEach((each, index) => {
    const observation = looked[index] ?? ''
    const actual = definition.parse(observation, each.params)
    const desired = definition.desired(each.params)
    const keys = difference(definition, actual, desired)
    if (keys.length === 0) return
    // The plan ends here; the edit itself looks at the one file only.
    if (actual.state === 'decided elsewhere') {
      refused.add(each)
      return
    }
    const change = {
      actual,
      desired,
      keys: keys.map(key => ({ key, from: actual[key], to: desired[key] ?? '' })),
    }
    const [text = sh`false`] = definition.apply?.(change, each.params) ?? []
    const done = place.execute(text, { libraries: librariesOf(definition) })
    const impossible = definition.impossible?.(actual, each.params) !== undefined
    if (done.code === 0 && !impossible) made += 1
    else {
      refused.add(each)
      if (done.code !== 98)
        wrong.push(
          told(each, `ends with ${done.code}: ${done.stderr}${impossible ? ' (told to be impossible)' : ''}`),
        )
      if (contentOf(each) !== each.before) wrong.push(told(each, `refused (${done.stderr}), yet changed`))
    }
  })
  const after = readAll(place, dialect, cases)
  const again = look(place, cases)
  cases.forEach((each, index) => {
    if (refused.has(each)) return
    const actual = definition.parse(again[index] ?? '', each.params)
    const keys = difference(definition, actual, definition.desired(each.params))
    if (keys.length > 0) wrong.push(told(each, `a second look finds ${JSON.stringify(actual)}`))
    for (const name of before.keys()) {
      const was = before.get(name)?.[index]
      if (was === undefined) continue
      // What another file says is none of this file's keys.
      if (each.asked.meaning === undefined && /beside\.cnf|\*\.cnf|!includedir/.test(each.before)) continue
      const problem = compared(dialect, each.asked, was, after.get(name)?.[index], empty.get(name)?.[0])
      if (problem !== undefined) wrong.push(told(each, `${name}: ${problem}`))
    }
    const lost = comments(each.before).filter(comment => !contentOf(each).includes(comment))
    if (lost.length > 0) wrong.push(told(each, `lost ${lost.join(' ')}`))
  })
  return { made, asWanted: cases.length - made - refused.size, refused: refused.size, wrong }
}

/** Files that at least one of the programs accepts. */
function casesOf(place: Place, dialect: Dialect, firstSeed: number, count: number): readonly Case[] {
  const found: Case[] = []
  for (let seed = firstSeed; found.length < count; ) {
    const tried: Case[] = []
    for (; tried.length < count; seed++) tried.push(caseOf(place, dialect, seed))
    const read = readAll(place, dialect, tried)
    found.push(...tried.filter((_, index) => [...read.values()].some(list => list[index] !== undefined)))
    if (seed > firstSeed + 40 * count)
      throw new Error(`the programs refuse nearly all files: ${tried[0]?.before}`)
  }
  return found.slice(0, count)
}

function caseOf(place: Place, dialect: Dialect, seed: number): Case {
  const given = chance(seed)
  const path = place.path(`${seed}/${dialect.file}`)
  mkdirSync(dirname(path), { recursive: true })
  const text = dialect.text(given).replaceAll('DIR', dirname(path))
  const before = given.percent(10) ? text.replace(/\n$/, '') : text
  writeFileSync(path, before)
  writeFileSync(join(dirname(path), 'beside.cnf'), dialect.beside?.(given) ?? '')
  const asked = dialect.asked(given)
  return { seed, path, before, asked, params: definition.params.parse({ path, ...asked.wanted }) }
}

type All = ReadonlyMap<ReaderName | 'own', readonly (Read | undefined)[]>

function readAll(
  place: Place,
  { readers: names, own }: Dialect,
  cases: readonly { readonly path: string }[],
): All {
  const paths = cases.map(({ path }) => path)
  const all = names.map(name => [name, readers[name].read(paths, place.root)] as const)
  return new Map([...all, ...(own ? [['own', own(paths, place.root)] as const] : [])])
}

function emptyOf(place: Place, dialect: Dialect): All {
  const path = join(place.root, 'empty', dialect.file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  return readAll(place, dialect, [{ path }])
}

/** All observations by one probe, as the engine asks for them. */
function look(place: Place, cases: readonly Case[]): readonly string[] {
  const probe = definition.probeMany?.(cases.map(({ params }) => params)) ?? sh`false`
  const { code, stdout, stderr } = place.execute(probe, { libraries: librariesOf(definition) })
  if (code !== 0) throw new Error(`the look failed: ${stderr}`)
  return stdout.split(`${mark}\n`).slice(0, cases.length)
}

function compared(
  dialect: Dialect,
  { name, meaning }: Asked,
  was: Read,
  is: Read | undefined,
  empty: Read | undefined,
): string | undefined {
  if (is === undefined) return 'cannot read the file any more'
  const wanted = meaning ?? empty?.get(name)
  if (is.get(name) !== wanted)
    return `${name} is ${JSON.stringify(is.get(name))}, not ${JSON.stringify(wanted)}`
  const others = new Set([...was.keys(), ...is.keys()])
  others.delete(name)
  for (const other of others)
    if (was.get(other) !== is.get(other) && !dialect.follows?.(other, { wanted: {} as never, name, meaning }))
      return `${other} was ${JSON.stringify(was.get(other))} and is ${JSON.stringify(is.get(other))}`
  return undefined
}

const contentOf = ({ path }: Case): string => readFileSync(path, 'utf8')

/** Whole lines that are comments, each with its own word. */
function comments(text: string): readonly string[] {
  return text.split('\n').filter(line => /^\s*[#;]\s*c\d+$/.test(line))
}

function told({ seed, before, asked, path }: Case, problem: string): string {
  return `seed ${seed}, ${JSON.stringify(asked.wanted)}: ${problem}\n--- before\n${before}\n--- after\n${readFileSync(path, 'utf8')}`
}
