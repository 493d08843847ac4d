/** A store in a folder of this machine: each object is a file, written beside its name and given it when it is whole. */
import { createHash, randomBytes } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { Changed } from '../base/errors.ts'
import { lookAtFolder } from './folder-look.ts'
import { absentIsUndefined, codeOf, inTheWay, makeFoldersOf, pathOf, syncFolder } from './folder-path.ts'
import { checkKey, checkKeyPrefix, keyFault } from './key.ts'
import type {
  CallOptions,
  Content,
  Finding,
  GetOptions,
  Head,
  Listed,
  Needs,
  Opened,
  PutOptions,
  Store,
  Stored,
} from './store.ts'
import { StoreError } from './store-error.ts'

/** Begins the names of files that are being written; no key begins with a dot. */
const partial = '.ops-partial-'
/** What is older was left by a run that was killed: nobody writes one object for so long. */
const stalePartialMs = 2 * 24 * 3_600_000
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

export class FolderStore implements Store {
  readonly url: string
  #isReady = false
  readonly #cleared = new Set<string>()

  /** The folder is made by the first `put`. A link that is the folder itself, or above it, is the owner's business. */
  constructor(path: string) {
    this.url = resolve(path)
  }

  look(_needs: Needs): Promise<readonly Finding[]> {
    return lookAtFolder(this.url)
  }

  async put(key: string, content: Content, { replace = false, signal }: PutOptions = {}): Promise<Stored> {
    checkKey(key)
    return telling(`${this.url}/${key}`, async () => {
      await this.#makeReady()
      const path = await pathOf(this.url, key)
      const there = await lstat(path).catch(absentIsUndefined)
      if (there !== undefined && !there.isFile()) throw inTheWay(path, there.isSymbolicLink())
      if (there !== undefined && !replace) throw taken(path)
      await makeFoldersOf(this.url, key)
      await this.#clear(dirname(path))
      const temporary = join(dirname(path), `${partial}${randomBytes(8).toString('hex')}`)
      try {
        await write(temporary, content, signal)
        await (replace ? rename(temporary, path) : publish(temporary, path))
      } finally {
        await rm(temporary, { force: true })
      }
      await syncFolder(dirname(path)).catch(error => {
        throw failed(path, error, 'unknown')
      })
      const stat = await lstat(path, { bigint: true })
      return { key, sizeBytes: Number(stat.size), etag: etagOf(stat), outcome: 'stored' }
    })
  }

  async get(key: string, { fromByte = 0, etag, signal }: GetOptions = {}): Promise<Opened> {
    checkKey(key)
    return telling(`${this.url}/${key}`, async () => {
      const path = await pathOf(this.url, key)
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        const stat = await file.stat({ bigint: true })
        if (!stat.isFile()) throw inTheWay(path, false)
        if (etag !== undefined && etag !== etagOf(stat)) throw taken(path)
        const body = Readable.from(readFrom(file, fromByte, Number(stat.size), path, signal), {
          objectMode: false,
        })
        body.once('close', () => file.close().catch(() => undefined))
        return { ...headOf(key, stat), body }
      } catch (error) {
        await file.close()
        throw error
      }
    })
  }

  async head(key: string): Promise<Head | undefined> {
    checkKey(key)
    return telling(`${this.url}/${key}`, async () => {
      const path = await pathOf(this.url, key)
      const stat = await lstat(path, { bigint: true }).catch(absentIsUndefined)
      if (stat === undefined) return undefined
      if (!stat.isFile()) throw inTheWay(path, stat.isSymbolicLink())
      return headOf(key, stat)
    })
  }

  async *list(prefix: string, { signal }: CallOptions = {}): AsyncGenerator<Listed> {
    checkKeyPrefix(prefix)
    // Only what can hold such a key is gone through.
    const start = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    yield* this.#walk(start, prefix, signal)
  }

  async delete(key: string): Promise<void> {
    checkKey(key)
    await telling(`${this.url}/${key}`, async () => {
      const path = await pathOf(this.url, key)
      const stat = await lstat(path).catch(absentIsUndefined)
      if (stat === undefined) return
      if (!stat.isFile()) throw inTheWay(path, stat.isSymbolicLink())
      await unlink(path).catch(absentIsUndefined)
      await syncFolder(dirname(path))
    })
  }

  async close(): Promise<void> {}

  async *#walk(folder: string, prefix: string, signal: AbortSignal | undefined): AsyncGenerator<Listed> {
    const entries = await telling(`${this.url}/${folder}`, async () => {
      const path = folder === '' ? this.url : await pathOf(this.url, `${folder}x`).then(dirname)
      return readdir(path, { withFileTypes: true }).catch(absentIsUndefined)
    })
    for (const entry of entries ?? []) {
      const key = `${folder}${entry.name}`
      signal?.throwIfAborted()
      // Foreign names are no objects of ours, and a link is followed by nobody.
      if (keyFault(entry.name) !== undefined) continue
      if (entry.isDirectory() && (key.startsWith(prefix) || prefix.startsWith(`${key}/`)))
        yield* this.#walk(`${key}/`, prefix, signal)
      if (!entry.isFile() || !key.startsWith(prefix)) continue
      const stat = await lstat(join(this.url, key)).catch(absentIsUndefined)
      if (stat !== undefined) yield { key, sizeBytes: stat.size, modifiedAt: stat.mtime }
    }
  }

  /** Makes the folder. */
  async #makeReady(): Promise<void> {
    if (this.#isReady) return
    await mkdir(dirname(this.url), { recursive: true })
    await mkdir(this.url, { mode: 0o700 }).then(
      () => syncFolder(dirname(this.url)),
      error => {
        if (codeOf(error) !== 'EEXIST') throw error
      },
    )
    this.#isReady = true
  }

  /** Removes what killed runs have left in a folder, once for each that is written to. */
  async #clear(folder: string): Promise<void> {
    if (this.#cleared.has(folder)) return
    this.#cleared.add(folder)
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.startsWith(partial)) continue
      const path = join(folder, entry.name)
      const stat = await lstat(path).catch(absentIsUndefined)
      if (stat !== undefined && Date.now() - stat.mtimeMs > stalePartialMs) await rm(path, { force: true })
    }
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
      throw new StoreError('wrong', {
        title: 'what was to be stored changed meanwhile',
        detail: `${content.sizeBytes} bytes with sha256 ${content.sha256} were announced; other ones came.`,
        changed: 'no',
        next: 'Find out who writes to its source, and run again. Nothing was stored.',
      })
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

const pieceBytes = 256 * 1024

async function* readFrom(
  file: FileHandle,
  fromByte: number,
  sizeBytes: number,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  for (let position = fromByte; position < sizeBytes; ) {
    signal?.throwIfAborted()
    const { bytesRead, buffer } = await file
      .read(Buffer.allocUnsafe(Math.min(pieceBytes, sizeBytes - position)), 0, undefined, position)
      .catch(error => {
        throw failed(path, error)
      })
    if (bytesRead === 0)
      throw new StoreError('lost', {
        title: `${path} became shorter while it was read`,
        changed: 'no',
        next: 'Find out who writes there; objects of a store are never changed by ops.',
      })
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

function headOf(key: string, stat: BigIntStats): Head {
  return { key, sizeBytes: Number(stat.size), etag: etagOf(stat), modifiedAt: stat.mtime }
}

const etagOf = ({ dev, ino, size, mtimeNs }: BigIntStats): string =>
  `${dev.toString(36)}-${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}`

const taken = (path: string): StoreError =>
  new StoreError('taken', {
    title: `${path} is there already`,
    changed: 'no',
    next: 'Nothing was overwritten. Compare the two.',
  })

/** Does it; what the system throws becomes an error that says what is true now. */
async function telling<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StoreError || codeOf(error) === '' || codeOf(error) === 'ABORT_ERR') throw error
    throw failed(name, error)
  }
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room on its file system, and run again: nothing of the object was left there.',
  EDQUOT: 'Make room in its quota, and run again: nothing of the object was left there.',
  EACCES: 'Let this user write there (and read), or name another folder.',
  EPERM: 'Let this user write there (and read), or name another folder.',
  EROFS: 'It is mounted read-only: name another folder, or mount it to be written.',
  ENOTDIR: 'Something on the way to it is no folder: name another one.',
}

function failed(name: string, error: unknown, changed: Changed = 'no'): StoreError {
  const code = codeOf(error)
  const folder = basename(name)
  if (code === 'ENOENT')
    return new StoreError('absent', {
      title: `${name} is not there`,
      changed: 'no',
      next: 'Look at what there is with a list of its folder.',
    })
  if (code === 'ELOOP') return inTheWay(name, true)
  return new StoreError(
    'failed',
    {
      title: `${name} could not be used`,
      detail: error instanceof Error ? error.message : `${code} at ${folder}`,
      changed,
      next: advice[code] ?? 'Look at what the system said.',
    },
    { cause: error },
  )
}
