/** Places in compiled recipes, as they stand in the file that a person wrote. */
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { extname } from 'node:path'
import type { Jiti } from 'jiti'
import type { SourceLocation } from '../base/errors.ts'

/** What jiti puts before the first line of a module, and so moves its columns by. */
const wrapper =
  '(async function (exports, require, module, __filename, __dirname, jitiImport, jitiESMResolve) { '
const mapMark = '//# sourceMappingURL=data:application/json;charset=utf-8;base64,'

const compilers: Jiti[] = []
interface Compiled {
  readonly map: SourceMap
  /** As they were written. */
  readonly lines: readonly string[]
}

const known = new Map<string, Compiled | undefined>()

/** From now on, places in what this compiler has loaded are known. */
export function rememberCompiler(compiler: Jiti): void {
  compilers.push(compiler)
}

/** The same place in the file itself; as it is where the file was not compiled, or its map says nothing. */
export function writtenPlace(place: SourceLocation): SourceLocation {
  const { file, line, column } = place
  const compiled = column === undefined ? undefined : compiledFrom(file)
  if (!compiled || column === undefined) return place
  const entry = compiled.map.findEntry(line - 1, column - 1 - (line === 1 ? wrapper.length : 0))
  if (!('originalLine' in entry)) return place
  // The call of an import is `(0, imports.name)(...)` by now, which stands where its parentheses do.
  const before = (compiled.lines[entry.originalLine] ?? '').slice(0, entry.originalColumn + 1)
  const called = /([\w$]+)\($/.exec(before)?.[1] ?? ''
  return { file, line: entry.originalLine + 1, column: entry.originalColumn + 1 - called.length }
}

function compiledFrom(file: string): Compiled | undefined {
  if (!known.has(file)) known.set(file, readCompiled(file))
  return known.get(file)
}

function readCompiled(file: string): Compiled | undefined {
  const compiler = compilers.findLast(each => each.cache[file] !== undefined)
  if (!compiler) return undefined
  try {
    const source = readFileSync(file, 'utf8')
    // Kept from when it was loaded: nothing is compiled again.
    const compiled = compiler.transform({
      filename: file,
      source,
      ts: /^\.[cm]?ts$/.test(extname(file)),
      async: true,
      jsx: false,
    })
    const at = compiled.lastIndexOf(mapMark)
    if (at < 0) return undefined
    const encoded = /^\S*/.exec(compiled.slice(at + mapMark.length))?.[0] ?? ''
    const text = Buffer.from(encoded, 'base64').toString('utf8')
    return { map: new SourceMap(JSON.parse(text)), lines: source.split('\n') }
  } catch {
    return undefined
  }
}
