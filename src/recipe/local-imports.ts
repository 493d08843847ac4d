/** Which files a recipe is made of: itself and what it imports by a relative path; and which packages it names. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'

const specifier = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g

/**
 * The file and, through any depth, its relative imports, each with its content. Read without a parser: a path in a
 * comment counts too, which only means that one file more is looked at.
 */
export function localSources(file: string): ReadonlyMap<string, string> {
  const sources = new Map<string, string>()
  const pending = [file]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (sources.has(next)) continue
    const text = readFileSync(next, 'utf8')
    sources.set(next, text)
    for (const found of text.matchAll(specifier)) {
      pending.push(...importedFiles(resolve(dirname(next), found[2] ?? '')))
    }
  }
  return sources
}

const ends = '.ts .mts .d.ts .d.mts .js .mjs .json /index.ts /index.d.ts /index.js'.split(' ')

/** All that the path may mean: of a program and its declarations one is run, and the other says its types. */
function importedFiles(path: string): readonly string[] {
  const [, base = '', kind = ''] = /^(.*\.)([cm]?)js$/.exec(path) ?? []
  const typed = base === '' ? [] : [`${base}${kind}ts`, `${base}d.${kind}ts`]
  return [path, ...typed, ...ends.map(end => path + end)].filter(isText)
}

/** Only what a compiler would read; a recipe may also name a large binary in a string. */
function isText(path: string): boolean {
  const isCode = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'].includes(extname(path))
  return isCode && existsSync(path) && statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

const packageSpecifier =
  /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(['"])((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/[^'"\n]*)?\1/g

/** The manifest of each package that one of these sources imports, and of its types elsewhere: another version is another manifest. */
export function importedPackages(sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const manifests = new Map<string, string>()
  for (const [file, text] of sources) {
    for (const [, , name = ''] of text.matchAll(packageSpecifier)) {
      const typesOnly = `@types/${name.replace(/^@(.*)\//, '$1__')}`
      for (const manifest of [name, typesOnly].map(each => manifestOf(each, dirname(file)))) {
        if (manifest !== undefined) manifests.set(manifest, readFileSync(manifest, 'utf8'))
      }
    }
  }
  return manifests
}

function manifestOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, 'node_modules', name, 'package.json')
    if (statSync(manifest, { throwIfNoEntry: false })?.isFile()) return manifest
    if (folder === dirname(folder)) return undefined
  }
}
