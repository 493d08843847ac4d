/**
 * Package lists that know what the tests, the recipes and the documents name, and all that it needs: apt weighs every package
 * that it knows anew in each of its runs, which is a second for the sixty thousand of Debian and a tenth of one for these.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = ['recipes', 'examples', 'demo', 'docs', 'src', 'templates', 'test', 'README.md']

let written: Set<string> | undefined

/** Every word of the sources that could name a package. */
function words(): Set<string> {
  if (written !== undefined) return written
  const found = new Set<string>()
  const read = (path: string): void => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path)) read(join(path, name))
    else
      for (const [word] of readFileSync(path, 'latin1').matchAll(/[a-z0-9][a-z0-9+.-]+/g)) {
        found.add(word)
        found.add(word.replace(/[.-]+$/, ''))
      }
  }
  for (const source of sources) read(join(root, source))
  written = found
  return found
}

const field = (stanza: string, name: string): string =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? ''

/** The names in a relation such as `a (>= 1) | b:any, c`. */
const named = (relation: string): string[] =>
  relation
    .split(/[,|]/)
    .map(each => /[a-z0-9][a-z0-9+.-]+/.exec(each)?.[0] ?? '')
    .filter(name => name !== '')

const stanzasOf = (text: string): string[] => text.split('\n\n').filter(each => each.trim() !== '')

const listsBelow = (image: string): string => join(image, 'var/lib/apt/lists')

/** The long lists of an image; the others hold what is new, and may change any day. */
const longLists = (image: string): string[] =>
  readdirSync(listsBelow(image)).filter(
    name => /_Packages$/.test(name) && statSync(join(listsBelow(image), name)).size > 10_000_000,
  )

/** All names in the long lists of an image, one on a line: of packages, and of what they provide. */
export function packageNames(image: string): string {
  const names = longLists(image).flatMap(list =>
    stanzasOf(readFileSync(join(listsBelow(image), list), 'utf8')).flatMap(stanza => [
      field(stanza, 'Package'),
      ...named(field(stanza, 'Provides')),
    ]),
  )
  return [...new Set(names)].join('\n')
}

/** Those of the names that the sources have, in order: what short lists are made from. */
export function wantedNames(names: string): string[] {
  const known = words()
  return names
    .split('\n')
    .filter(name => known.has(name))
    .sort()
}

/** Writes into `folder` a short list for each long one of the image, with what is wanted and all that it needs or recommends. */
export function shortenLists(image: string, wanted: readonly string[], folder: string): void {
  const installed = stanzasOf(readFileSync(join(image, 'var/lib/dpkg/status'), 'utf8'))
  for (const list of longLists(image)) {
    const stanzas = stanzasOf(readFileSync(join(listsBelow(image), list), 'utf8'))
    const byName = new Map<string, string[]>()
    const note = (name: string, stanza: string) => {
      const known = byName.get(name)
      if (known === undefined) byName.set(name, [stanza])
      else known.push(stanza)
    }
    for (const stanza of stanzas) {
      note(field(stanza, 'Package'), stanza)
      for (const name of named(field(stanza, 'Provides'))) note(name, stanza)
    }
    const basic = stanzas.filter(each => /^(?:required|important|standard)$/.test(field(each, 'Priority')))
    const waiting = [...wanted, ...[...installed, ...basic].map(each => field(each, 'Package'))]
    const reached = new Set<string>()
    const kept = new Set<string>()
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (reached.has(name)) continue
      reached.add(name)
      for (const stanza of byName.get(name) ?? []) {
        if (kept.has(stanza)) continue
        kept.add(stanza)
        for (const relation of ['Depends', 'Pre-Depends', 'Recommends'])
          waiting.push(...named(field(stanza, relation)))
      }
    }
    writeFileSync(join(folder, list), `${stanzas.filter(each => kept.has(each)).join('\n\n')}\n\n`)
  }
}
