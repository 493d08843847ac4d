/** What a folder holds, as text that can be compared: type, mode, owner and bytes of everything in it. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * One line for each name below the folder, sorted; times are left out. `isLeftOut` drops names and what is below: a second name
 * of a file that lies there does not count either.
 */
export function picture(folder: string, isLeftOut: (name: string) => boolean = () => false): string {
  return linesOf(folder, '', isLeftOut, namesLeftOut(folder, isLeftOut)).join('\n')
}

/** How often a file, by its inode, has a name in what is left out. */
function namesLeftOut(folder: string, isLeftOut: (name: string) => boolean): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  const walk = (path: string, isOut: boolean): void => {
    for (const name of readable(() => readdirSync(path)) ?? []) {
      const each = join(path, name)
      const found = readable(() => lstatSync(each))
      if (!found) continue
      const isOutHere = isOut || isLeftOut(name)
      if (isOutHere) counts.set(found.ino, (counts.get(found.ino) ?? 0) + 1)
      if (found.isDirectory()) walk(each, isOutHere)
    }
  }
  walk(folder, false)
  return counts
}

/** Whether each name stands for what it did in the one picture or in the other. */
export function isOldOrNew(found: string, before: string, after: string): boolean {
  const [now, old, fresh] = [found, before, after].map(each => each.split('\n').filter(line => line !== ''))
  const names = new Set([...(old ?? []), ...(fresh ?? [])].map(nameOf))
  const lineOf = (name: string, all: readonly string[] = []) => all.find(line => nameOf(line) === name)
  return (
    (now ?? []).every(line => names.has(nameOf(line))) &&
    [...names].every(name => [lineOf(name, old), lineOf(name, fresh)].includes(lineOf(name, now)))
  )
}

const nameOf = (line: string): string => line.split(' ')[0] ?? ''

function linesOf(
  folder: string,
  below: string,
  isLeftOut: (name: string) => boolean,
  leftOut: ReadonlyMap<number, number>,
): string[] {
  const names = readable(() => readdirSync(join(folder, below)).sort()) ?? []
  return names
    .filter(name => !isLeftOut(name))
    .flatMap(name => {
      const path = join(below, name)
      const { mode, uid, gid, nlink, ino } = lstatSync(join(folder, path))
      const links = (mode & 0o170000) === 0o100000 ? nlink - (leftOut.get(ino) ?? 0) : 1
      const line = [path, mode.toString(8), `${uid}:${gid}`, links, content(join(folder, path), mode)].join(
        ' ',
      )
      return [line, ...((mode & 0o170000) === 0o040000 ? linesOf(folder, path, isLeftOut, leftOut) : [])]
    })
}

function content(path: string, mode: number): string {
  if ((mode & 0o170000) === 0o120000) return readlinkSync(path)
  if ((mode & 0o170000) !== 0o100000) return ''
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
