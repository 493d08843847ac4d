/** Which folders belong to the project that somebody stands in: this one, and those above it that can be trusted. */
import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/**
 * The folder itself first, then its parents up to the root of its git repository or the home folder. What lies above
 * is left out as soon as a folder belongs to another user or can be written by all: a recipe is a program, and
 * nobody else's file in /tmp must become one.
 */
export function foldersAbove(start: string): readonly string[] {
  const folders = [resolve(start)]
  let folder = resolve(start)
  while (!existsSync(join(folder, '.git')) && folder !== homedir()) {
    const above = dirname(folder)
    if (above === dirname(above) || !isTrusted(above)) break
    folders.push(above)
    folder = above
  }
  return folders
}

function isTrusted(folder: string): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return false
  const user = process.getuid?.()
  if (user === undefined) return true
  return (stat.uid === user || stat.uid === 0) && (stat.mode & 0o002) === 0
}
