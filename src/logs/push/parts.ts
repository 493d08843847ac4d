/** Gathers the rows of one file by their day, compressed on this machine's disk until they are whole. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { PartKind } from './place.ts'

/** Rows of a day are compressed in pieces of this size: the same rows give the same bytes, however they were read. */
const pieceBytes = 1 << 20
/** All days together hold at most this much in memory. */
const heldBytes = 16 << 20

export interface Part {
  readonly kind: PartKind
  readonly day: string
  readonly path: string
  rows: number
}

interface OpenPart extends Part {
  waiting: Buffer[]
  length: number
}

export class Parts {
  readonly #folder: string
  readonly #parts = new Map<string, OpenPart>()
  #held = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Adds whole rows, which may change afterwards. */
  add(kind: PartKind, day: string, row: Buffer): void {
    const part = this.#part(kind, day)
    part.waiting.push(Buffer.from(row))
    part.length += row.length
    part.rows++
    this.#held += row.length
    if (part.length >= pieceBytes) this.#flush(part)
    if (this.#held >= heldBytes) for (const each of this.#parts.values()) this.#flush(each)
  }

  /** Every part, whole. */
  end(): readonly Part[] {
    for (const part of this.#parts.values()) this.#flush(part)
    return [...this.#parts.values()]
  }

  #part(kind: PartKind, day: string): OpenPart {
    const key = `${kind}-${day}`
    const there = this.#parts.get(key)
    if (there) return there
    const part = { kind, day, path: join(this.#folder, `${key}.gz`), rows: 0, waiting: [], length: 0 }
    this.#parts.set(key, part)
    return part
  }

  #flush(part: OpenPart): void {
    if (part.length === 0) return
    // A file of several gzip members is one to every reader.
    appendFileSync(part.path, gzipSync(Buffer.concat(part.waiting), { level: 1 }), { mode: 0o600 })
    this.#held -= part.length
    part.waiting = []
    part.length = 0
  }
}
