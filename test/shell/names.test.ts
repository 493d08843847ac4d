/** A name of the shell that was changed in one place and not in the other is read where nothing sets it. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { batchFunctions } from '../../src/engine/batch/runtime.ts'
import { resources } from '../../src/resources/index.ts'
import { asUserFunction, environment, lookFunctions } from '../../src/shell/runtime.ts'
import { type AnyResource, accepted, textsOf } from '../conformance/resource-texts.ts'

/** What shell does with our names. A name that ends with `_` is a family of them, whose ends `eval` puts there. */
interface Names {
  readonly sets: ReadonlySet<string>
  /** Set by `read` and `for` alone: a place that has to be named though nobody may want what is in it. */
  readonly places: ReadonlySet<string>
  readonly reads: ReadonlySet<string>
  /** Read with a word for when it is not set, wherever it is read. */
  readonly optional: ReadonlySet<string>
  readonly functions: ReadonlySet<string>
  readonly mentioned: ReadonlySet<string>
}

const withoutComments = (text: string) => text.replaceAll(/^\s*(?:#|\/\/) .*$|\/\*\*[\s\S]*?\*\//gm, '')

const words = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(match => match[1]?.match(/ops_\w+/g) ?? [])

function namesOf(texts: readonly string[]): Names {
  const text = texts.map(withoutComments).join('\n')
  // What `eval` sets is written as a name, and it reads what it finds behind a backslash.
  const evaluated = text.replaceAll(/\\(?=[$"])/g, '').replaceAll('\\n', '\n')
  const read = words(evaluated, /\$\{?#?(ops_\w+)/g)
  const bare = words(evaluated, /\$\{?#?(ops_\w+)(?!\w|:?[-+=?])/g)
  const counted = words(evaluated, /\$\(\(((?:[^()]|\([^()]*\))*)\)\)/g)
  return {
    sets: new Set([
      ...words(evaluated, /(?<![\w${])(ops_\w+)(?:\$\{?\w+\}?)?=/g),
      ...words(evaluated, /\$\{(ops_\w+):?=/g),
    ]),
    places: new Set([
      ...words(evaluated, /\bfor (ops_\w+)/g),
      ...words(evaluated, /\bread (?:-r )?((?:ops_\w+ ?)+)/g),
    ]),
    reads: new Set([...read, ...counted]),
    optional: new Set(read.filter(name => !bare.includes(name) && !counted.includes(name))),
    functions: new Set(words(evaluated, /(?<!\w)(ops_\w+)\(\)/g)),
    mentioned: new Set(text.match(/(?<!\w)ops_\w+/g)),
  }
}

/** Whether a name, or the family that it is one of, is among these. */
const has = (names: ReadonlySet<string>, name: string): boolean =>
  names.has(name) || [...names].some(family => /\w{5}_$/.test(family) && name.startsWith(family))

const readUnset = ({ sets, places, reads }: Names, known: readonly Names[] = []): string[] =>
  [...reads].filter(
    name => ![{ sets, places }, ...known].some(each => has(each.sets, name) || has(each.places, name)),
  )

const setUnread = ({ sets, reads }: Names): string[] =>
  [...sets].filter(name => !name.endsWith('_') && !has(reads, name))

const undefinedWords = ({ sets, places, reads, functions, mentioned }: Names): string[] =>
  [...mentioned].filter(
    name => !name.endsWith('_') && ![sets, places, reads, functions].some(each => has(each, name)),
  )

/** Names whose every assignment reads the name itself, and which neither `read` nor `for` sets. */
function onlyFromThemselves(texts: readonly string[]): string[] {
  const all = texts.map(withoutComments)
  const { places } = namesOf(all)
  const readsItself = new Map<string, boolean>()
  for (const text of all)
    for (const { 1: name = '', index, 0: assignment } of text.matchAll(/(?<![\w${])(ops_\w+)=/g)) {
      const value = assignedBy(text.slice(index + assignment.length))
      const reads = new RegExp(`\\$\\{?${name}(?!\\w|:?[+?=-])`).test(value)
      readsItself.set(name, (readsItself.get(name) ?? true) && reads)
    }
  return [...readsItself].filter(([name, is]) => is && !places.has(name)).map(([name]) => name)
}

/** A word of the shell, or a whole `$(...)`. */
function assignedBy(text: string): string {
  if (!/^"?\$\(/.test(text)) return /^"[^"]*"|^[^\s;&|]*/.exec(text)?.[0] ?? ''
  let depth = 0
  for (const { 0: bracket, index } of text.matchAll(/[()]/g)) {
    depth += bracket === '(' ? 1 : -1
    if (depth === 0) return text.slice(0, index)
  }
  return text
}

const src = readdirSync('src', { recursive: true, encoding: 'utf8' })
const textOf = (path: string) => readFileSync(`src/${path}`, 'utf8')
const shellFiles = src.filter(path => path.endsWith('.sh'))
/** Texts with holes, which the code around them fills: `ops_room_bytes=${roomBytes}`. */
const textsWithHoles = src.filter(path => /^(?:shell|run|engine|resources|git-remote)\/.*\.ts$/.test(path))
const whole = (change = (_path: string, text: string) => text) =>
  namesOf([...shellFiles, ...textsWithHoles].map(path => change(path, textOf(path))))

/** `ops_take` sets what it is told to: `dir`, `is`, `count` and the like. */
const taken = ['ops_is', 'ops_count']
/** Set by `service-enabled`, which only travels where a step says whether a unit is enabled. */
const ofEnabled = ['ops_state', 'ops_also', 'ops_fragment', 'ops_linked']

/** What is called so outside of the shell: a table of nftables. */
const ofOthers = ['ops_firewall']

describe('a name in the shell', () => {
  test('is set somewhere if it is read anywhere, and read if it is set', () => {
    expect(readUnset(whole()).filter(name => !taken.includes(name))).toEqual([])
    expect(setUnread(whole())).toEqual([])
  })

  test('that stands for a function is defined', () => {
    const unknown = undefinedWords(namesOf(shellFiles.map(textOf)))
    expect(unknown.filter(name => !ofOthers.includes(name))).toEqual([])
  })

  test('says what it holds in more than a letter', () => {
    expect([...whole().mentioned].filter(name => /^ops_[a-z]$/.test(name))).toEqual([])
  })

  // `ops_x=$("$ops_x" -T)`: the one half of a renaming that a name set and read somewhere does not show.
  test('does not stand for itself alone', () => {
    expect(onlyFromThemselves(shellFiles.map(textOf))).toEqual([])
    expect(onlyFromThemselves(['ops_words=$("$ops_words" -T)\necho "$ops_words"'])).toEqual(['ops_words'])
    expect(onlyFromThemselves(['ops_words=; for x in y; do ops_words="$ops_words $x"; done'])).toEqual([])
  })

  test.each([
    ['resources/service/service-look.sh', 'ops_unit_value'],
    ['resources/apt/apt-look.sh', 'ops_package_status'],
    ['resources/accounts/account-look.sh', 'ops_field_text'],
    ['shell/write/content.sh', 'ops_said'],
  ])('that is changed in %s alone, and read as %s elsewhere, is found', (file, name) => {
    const others = shellFiles.filter(path => textOf(path).includes(`${name}=`))
    const changed = whole((path, text) =>
      others.includes(path) ? text.replaceAll(new RegExp(`\\b${name}=`, 'g'), `${name}_renamed=`) : text,
    )
    expect(readUnset(changed)).toContain(name)
    expect(setUnread(changed)).toContain(`${name}_renamed`)
    expect(others).toContain(file)
  })
})

describe('the libraries of a resource', () => {
  const environmentText = environment({ id: 'a', secret: 'b' }, true)
  const everywhere = namesOf([environmentText, lookFunctions, batchFunctions, asUserFunction])

  test.each(
    Object.entries(resources).map(([type, { definition }]): [string, AnyResource] => [type, definition]),
  )('read no name that nothing sets which travels with them: %s', (type, resource) => {
    const libraries = (resource.library ?? []).map(({ text }) => text)
    const own = resource.examples.flatMap(({ params }) => textsOf(resource, accepted(resource, params)))
    const names = namesOf([...libraries, ...own])
    const meant = [...taken, ...names.optional, ...(/^mysql|^postgresSettings/.test(type) ? ofEnabled : [])]
    expect(readUnset(names, [everywhere]).filter(name => !meant.includes(name))).toEqual([])
  })
})
