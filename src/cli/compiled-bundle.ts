/** Runs the bundle from what V8 made of it in an earlier run: compiling it anew would be half of a short one. */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { cacheFolder, pruneCache } from '../base/cache-folder.ts'
import { keepFile } from '../base/keep-file.ts'
import type { runProgram } from './program.ts'

export interface RunningBundle {
  readonly exports: { readonly runProgram: typeof runProgram }
  /**
   * Keeps the compiled form of all that was used in this run for the next one; does nothing where it is kept already. What a
   * run that did not come far has used (`isWhole` false) serves until one has come to its end.
   */
  keep(isWhole: boolean): void
}

const hashBytes = 32

/**
 * Runs a bundled CommonJS file, whose name must change with its content. Each `use` (a verb) keeps a compiled form of
 * its own, as only what has run is compiled. Without a cache folder, and with a kept form that is torn, of another
 * Node, or made with other V8 flags, the bundle is compiled as ever.
 */
export function runCompiled(file: string, use: string): RunningBundle {
  const folder = cacheFolder('code')
  const named = (part: string): string | undefined => {
    const name = createHash('sha256').update(`${file}\0${use}\0${process.version}${part}`).digest('hex')
    return folder === undefined ? undefined : join(folder, name)
  }
  const [wholeFile, earlyFile] = [named(''), named('\0early')]
  const whole = readCompiled(wholeFile)
  const cachedData = whole ?? readCompiled(earlyFile)
  const script = new Script(wrapped(file), {
    filename: file,
    ...(cachedData && { cachedData }),
  })
  const require = createRequire(file)
  const module = { exports: {}, id: file, filename: file, loaded: true, children: [], paths: [] }
  // Whoever requires this file from now on, as recipes do, gets the very modules that run here.
  require.cache[file] = module as unknown as NodeModule
  script.runInThisContext()(module.exports, require, module, file, dirname(file))
  const isUsed = cachedData !== undefined && script.cachedDataRejected === false
  return {
    exports: module.exports as RunningBundle['exports'],
    keep(isWhole) {
      const to = isWhole ? wholeFile : earlyFile
      if (folder === undefined || to === undefined || (isUsed && (whole !== undefined || !isWhole))) return
      pruneCache(folder)
      const data = script.createCachedData()
      keepFile(to, Buffer.concat([hashOf(data), data]))
      if (isWhole && earlyFile !== undefined) rmSync(earlyFile, { force: true })
    },
  }
}

const before = '(function (exports, require, module, __filename, __dirname) {'
const after = '\n})'

/** The file as a function: put together before it is a string, which V8 then does not copy again. */
function wrapped(file: string): string {
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const bytes = Buffer.allocUnsafeSlow(before.length + size + after.length)
    bytes.write(before, 'latin1')
    for (let at = 0; at < size; ) {
      const read = readSync(descriptor, bytes, before.length + at, size - at, at)
      if (read === 0) throw new Error(`${file} is shorter than it was a moment ago`)
      at += read
    }
    bytes.write(after, before.length + size, 'latin1')
    // Latin-1 takes a quarter of the time of UTF-8; the build sees to it that the bundle is ASCII.
    return bytes.toString('latin1')
  } finally {
    closeSync(descriptor)
  }
}

/** V8 does not look whether the bytes are whole, and dies of those that are not: a hash before them tells. */
function readCompiled(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined
  try {
    const stored = readFileSync(file)
    const data = stored.subarray(hashBytes)
    return hashOf(data).equals(stored.subarray(0, hashBytes)) ? data : undefined
  } catch {
    return undefined
  }
}

function hashOf(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
