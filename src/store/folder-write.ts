/** Writes a file of a folder beside its name, and gives it that name when it is whole and on the disk. */

import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { changedMeanwhile } from './content.ts'
import { taken } from './folder-errors.ts'
import { absentIsUndefined, codeOf } from './folder-path.ts'
import type { Content } from './store.ts'

/** Begins the names of files that are being written; no key begins with a dot. */
const partial = '.ops-partial-'
/** What is older was left by a run that was killed: nobody writes one object for so long. */
const stalePartialMs = 2 * 24 * 3_600_000
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** @throws StoreError `taken` where there is such a file and it is not to be replaced. */
export async function writeWhole(
  path: string,
  content: Content,
  replace: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const temporary = join(dirname(path), `${partial}${randomBytes(8).toString('hex')}`)
  try {
    await write(temporary, content, signal)
    await (replace ? rename(temporary, path) : publish(temporary, path))
  } finally {
    await unlink(temporary).catch(absentIsUndefined)
  }
}

/** Room in the file system of a folder, by a file without a name; it is free again when this one's function has ended. */
export async function roomIn(folder: string, sizeBytes: number): Promise<() => Promise<void>> {
  const path = join(folder, `${partial}${randomBytes(8).toString('hex')}`)
  const file = await open(path, 'wx', 0o600)
  try {
    await unlink(path)
    // Some file systems keep no room for zeros.
    await file.writeFile(randomBytes(sizeBytes))
    await file.sync()
  } catch (error) {
    await file.close()
    throw error
  }
  return () => file.close()
}

/** Removes what killed runs have left in a folder. */
export async function clearLeft(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.startsWith(partial)) continue
    const path = join(folder, entry.name)
    const stat = await lstat(path).catch(absentIsUndefined)
    if (stat !== undefined && Date.now() - stat.mtimeMs > stalePartialMs) await rm(path, { force: true })
  }
}

/** Writes a file that nobody else can read, on the disk when this resolves. */
async function write(path: string, content: Content, signal: AbortSignal | undefined): Promise<void> {
  const file = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  )
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const piece of content.open()) {
      signal?.throwIfAborted()
      hash.update(piece)
      sizeBytes += piece.byteLength
      if (sizeBytes > content.sizeBytes) break
      await file.writeFile(piece)
    }
    if (sizeBytes !== content.sizeBytes || hash.digest('hex') !== content.sha256)
      throw changedMeanwhile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Gives a whole file its name, unless the name is taken: a hard link can tell, a rename cannot. */
async function publish(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw taken(path)
    if (!noLinks.has(codeOf(error))) throw error
    // A file system without hard links (vfat, some network ones): two writers of one name at the same instant are not told apart.
    if ((await lstat(path).catch(absentIsUndefined)) !== undefined) throw taken(path)
    await rename(temporary, path)
  }
}
