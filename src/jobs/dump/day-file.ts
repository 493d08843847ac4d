/** The file of one day while it grows: gzip members, in memory while they are few, and else in a file without a name. */
import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ReusedZlib } from '../../base/reused-zlib.ts'
import type { Content } from '../../store/store.ts'

const mostInMemory = 8 * 1024 * 1024
/** Rows are like those just before them: looking further back takes longer and finds worse. */
const options = { level: 1, windowBits: 13 }
const packer = ReusedZlib.gzip(options)

/** The first line, compressed: days of one shape begin with the same. */
export interface DayHead {
  readonly packed: Buffer
  readonly textBytes: number
}

export function dayHead(line: Buffer): DayHead {
  return { packed: gzipSync(line, options), textBytes: line.length }
}

const spareBytes = 512 * 1024
/** Memory that days take turns with: large buffers that live for a while are dear to collect. */
const spare: Buffer[] = []
const mostSpare = 8

export class DayFile {
  readonly #hash = createHash('sha256')
  #sizeBytes = 0
  #textBytes = 0
  #parts: Buffer[] = []
  #inMemory = 0
  /** What the parts are in. */
  #memory: Buffer[] = []
  #used = 0
  #file: FileHandle | undefined

  constructor({ packed, textBytes }: DayHead) {
    this.#push(packed, textBytes)
  }

  /** As far as it has grown. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** What its lines are without compression. */
  get textBytes(): number {
    return this.#textBytes
  }

  /** Appends lines. Whoever reads the whole sees no borders between them: RFC 1952 allows members one after another. */
  async add(lines: Uint8Array): Promise<void> {
    // Most texts become less than a third.
    for await (const part of packer.once(lines, Math.max(4096, Math.ceil(lines.length / 3))))
      this.#push(this.#kept(part), lines.length)
    if (this.#inMemory > mostInMemory) await this.#spill()
  }

  /** Nothing is added afterwards. */
  async finish(): Promise<Content> {
    if (this.#file) await this.#spill()
    const file = this.#file
    const parts = this.#parts
    return {
      sizeBytes: this.#sizeBytes,
      sha256: this.#hash.digest('hex'),
      async *open() {
        if (file) yield* file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>
        else yield* parts
      },
    }
  }

  /** Lets memory and file go. */
  async discard(): Promise<void> {
    this.#letGo()
    await this.#file?.close()
    this.#file = undefined
  }

  #push(part: Buffer, textBytes: number): void {
    this.#hash.update(part)
    this.#textBytes += textBytes
    this.#sizeBytes += part.length
    this.#parts.push(part)
    this.#inMemory += part.length
  }

  #kept(part: Buffer): Buffer {
    if (part.length > spareBytes) return Buffer.from(part)
    let memory = this.#memory.at(-1)
    if (!memory || this.#used + part.length > spareBytes) {
      memory = spare.pop() ?? Buffer.allocUnsafeSlow(spareBytes)
      this.#memory.push(memory)
      this.#used = 0
    }
    const kept = memory.subarray(this.#used, this.#used + part.length)
    part.copy(kept)
    this.#used += part.length
    return kept
  }

  #letGo(): void {
    this.#parts = []
    this.#inMemory = 0
    spare.push(...this.#memory.splice(0, mostSpare - spare.length))
    this.#memory = []
  }

  async #spill(): Promise<void> {
    this.#file ??= await unnamedFile()
    for (const part of this.#parts) await this.#file.appendFile(part)
    this.#letGo()
  }
}

/** Its name goes at once, so that a killed run leaves nothing. */
async function unnamedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `.ops-day-${randomBytes(8).toString('hex')}`)
  const file = await open(path, 'wx+', 0o600)
  await rm(path)
  return file
}
