/** Paths of objects in a folder: no link is ever followed below it. */
import { closeSync, fsync, lstatSync, openSync, type Stats } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StoreError } from './store-error.ts'

const sync = promisify(fsync)

/** The path of an object. @throws kind `failed` where a link, or something that is no folder, is on the way to it. */
export function pathOf(root: string, key: string): string {
  const segments = key.split('/')
  for (let depth = 1; depth < segments.length; depth++) {
    const folder = join(root, ...segments.slice(0, depth))
    const stat = statOf(folder)
    if (stat === undefined) break
    if (!stat.isDirectory()) throw inTheWay(folder, stat.isSymbolicLink())
  }
  return join(root, ...segments)
}

/**
 * What a name stands for; undefined: nothing. At once, as the system nearly always knows it: to have a thread ask takes
 * thirty times as long, and a job with many small files did little else.
 */
export function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/** Makes the folders of a key that are missing, for us alone, so that they are there after a power cut too. */
export async function makeFoldersOf(root: string, key: string): Promise<void> {
  const segments = key.split('/').slice(0, -1)
  let folder = root
  for (const segment of segments) {
    folder = join(folder, segment)
    if (statOf(folder)?.isDirectory()) continue
    try {
      await mkdir(folder, { mode: 0o700 })
      await syncFolder(dirname(folder))
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

/** What is in a folder is there after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = openSync(path, 'r')
  try {
    await sync(folder)
  } finally {
    closeSync(folder)
  }
}

export const inTheWay = (path: string, isLink: boolean): StoreError =>
  new StoreError('failed', {
    title: `${path} is ${isLink ? 'a link' : 'in the way'}`,
    detail: isLink
      ? 'A link could lead anywhere, so none is followed below a store’s folder.'
      : 'It is neither a folder nor a plain file.',
    changed: 'no',
    next: 'Look at who put it there, and move it away; name the folder that it leads to in --to where that is meant.',
  })

export const codeOf = (error: unknown): string =>
  String((error as { code?: unknown } | undefined)?.code ?? '')

export function absentIsUndefined(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined
  throw error
}
