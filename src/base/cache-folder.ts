/** The per-user folder for what can be made again: compiled recipes, the marks of checked ones, facts. */
import { readdirSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { makeFolder } from './make-folder.ts'

const keptDays = 30

/**
 * A sub-folder of `${XDG_CACHE_HOME:-~/.cache}/ops`, made private. Undefined where it cannot be had (a read-only home,
 * a folder that others own): then nothing is cached, because code is run from there.
 */
export function cacheFolder(name: string): string | undefined {
  const base = process.env.XDG_CACHE_HOME
  const folder = join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'ops', name)
  try {
    makeFolder(folder, 0o700)
    const stat = statSync(folder)
    const user = process.getuid?.()
    const isOurs = user === undefined || (stat.uid === user && (stat.mode & 0o022) === 0)
    return isOurs ? folder : undefined
  } catch {
    return undefined
  }
}

/** Drops what nobody has made for a month. Called when something is added: reading stays quick. */
export function pruneCache(folder: string): void {
  const oldest = Date.now() - keptDays * 86_400_000
  try {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name)
      const stat = statSync(file, { throwIfNoEntry: false })
      if (stat?.isFile() && stat.mtimeMs < oldest) rmSync(file, { force: true })
    }
  } catch {
    // A folder that is gone, or a file that stays, is no reason to end a run.
  }
}
