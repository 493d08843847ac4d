/** Which files a recipe is made of: itself and what it imports by a relative path. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'

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
      const imported = resolveImport(resolve(dirname(next), found[2] ?? ''))
      if (imported !== undefined) pending.push(imported)
    }
  }
  return sources
}

function resolveImport(path: string): string | undefined {
  const withoutJs = /\.[cm]?js$/.test(path) ? [path.replace(/js$/, 'ts')] : []
  const candidates = [
    path,
    ...withoutJs,
    ...['.ts', '.mts', '.js', '.mjs', '.json', '/index.ts', '/index.js'].map(end => path + end),
  ]
  return candidates.find(each => isText(each))
}

/** Only what a compiler would read; a recipe may also name a large binary in a string. */
function isText(path: string): boolean {
  const isCode = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'].includes(extname(path))
  return isCode && statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
