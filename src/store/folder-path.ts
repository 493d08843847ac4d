/** Paths of objects in a folder: no link is ever followed below it. */
import { lstat, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StoreError } from './store-error.ts'

/** The path of an object. @throws kind `failed` where a link, or something that is no folder, is on the way to it. */
export async function pathOf(root: string, key: string): Promise<string> {
  const segments = key.split('/')
  for (let depth = 1; depth < segments.length; depth++) {
    const folder = join(root, ...segments.slice(0, depth))
    const stat = await lstat(folder).catch(absentIsUndefined)
    if (stat === undefined) break
    if (!stat.isDirectory()) throw inTheWay(folder, stat.isSymbolicLink())
  }
  return join(root, ...segments)
}

/** Makes the folders of a key that are missing, for us alone, so that they are there after a power cut too. */
export async function makeFoldersOf(root: string, key: string): Promise<void> {
  const segments = key.split('/').slice(0, -1)
  let folder = root
  for (const segment of segments) {
    folder = join(folder, segment)
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
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
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
