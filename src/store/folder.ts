/** A store in a folder of this machine: each object is a file, written beside its name and given it when it is whole. */
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs'
import { mkdir, readdir, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { failed, taken, telling } from './folder-errors.ts'
import { lookAtFolder } from './folder-look.ts'
import {
  absentIsUndefined,
  codeOf,
  inTheWay,
  makeFoldersOf,
  pathOf,
  statOf,
  syncFolder,
} from './folder-path.ts'
import { readFrom } from './folder-read.ts'
import { clearLeft, roomIn, writeWhole } from './folder-write.ts'
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
      const path = pathOf(this.url, key)
      const there = statOf(path)
      if (there !== undefined && !there.isFile()) throw inTheWay(path, there.isSymbolicLink())
      if (there !== undefined && !replace) throw taken(path)
      await makeFoldersOf(this.url, key)
      await this.#clear(dirname(path))
      await writeWhole(path, content, replace, signal)
      await syncFolder(dirname(path)).catch(error => {
        throw failed(path, error, 'unknown')
      })
      const stat = lstatSync(path, { bigint: true })
      return { key, sizeBytes: Number(stat.size), etag: etagOf(stat), outcome: 'stored' }
    })
  }

  async get(key: string, { fromByte = 0, etag, signal }: GetOptions = {}): Promise<Opened> {
    checkKey(key)
    return telling(`${this.url}/${key}`, async () => {
      const path = pathOf(this.url, key)
      const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        const stat = fstatSync(file, { bigint: true })
        if (!stat.isFile()) throw inTheWay(path, false)
        if (etag !== undefined && etag !== etagOf(stat)) throw taken(path)
        const body = Readable.from(readFrom(file, fromByte, Number(stat.size), path, signal), {
          objectMode: false,
        })
        body.once('close', () => closeSync(file))
        return { ...headOf(key, stat), body }
      } catch (error) {
        closeSync(file)
        throw error
      }
    })
  }

  async head(key: string): Promise<Head | undefined> {
    checkKey(key)
    return telling(`${this.url}/${key}`, async () => {
      const path = pathOf(this.url, key)
      const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
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
      const path = pathOf(this.url, key)
      const stat = statOf(path)
      if (stat === undefined) return
      if (!stat.isFile()) throw inTheWay(path, stat.isSymbolicLink())
      await unlink(path).catch(absentIsUndefined)
      await syncFolder(dirname(path))
    })
  }

  async keepRoom(sizeBytes: number): Promise<() => Promise<void>> {
    return telling(this.url, async () => {
      await this.#makeReady()
      return roomIn(this.url, sizeBytes)
    })
  }

  async close(): Promise<void> {}

  async *#walk(folder: string, prefix: string, signal: AbortSignal | undefined): AsyncGenerator<Listed> {
    const entries = await telling(`${this.url}/${folder}`, async () => {
      const path = folder === '' ? this.url : dirname(pathOf(this.url, `${folder}x`))
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
      const stat = statOf(join(this.url, key))
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

  /** What killed runs have left goes, once for each folder that is written to. */
  async #clear(folder: string): Promise<void> {
    if (this.#cleared.has(folder)) return
    this.#cleared.add(folder)
    await clearLeft(folder)
  }
}

function headOf(key: string, stat: BigIntStats): Head {
  return { key, sizeBytes: Number(stat.size), etag: etagOf(stat), modifiedAt: stat.mtime }
}

const etagOf = ({ dev, ino, size, mtimeNs }: BigIntStats): string =>
  `${dev.toString(36)}-${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}`
