/** Keeps the lines that are no row: as they were into a file, and the first few in words. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { inputError, OpsError } from '../base/errors.ts'
import type { Rejection } from './convert.ts'

const toldLines = 5
const gathered = 64 << 10
const newline = Buffer.from('\n')

export interface ToldRejection {
  readonly source: string
  /** Counted from 1 in its file. */
  readonly line: number
  readonly reason: string
}

export class Rejects {
  /** The first of each file's, a few in all. */
  readonly told: ToldRejection[] = []
  readonly #path: string | undefined
  readonly #file: number | undefined
  #waiting: Buffer[] = []
  #length = 0

  /** @throws OpsError `input` where the file cannot be written. */
  constructor(path: string | undefined) {
    this.#path = path
    try {
      this.#file = path === undefined ? undefined : openSync(path, 'w')
    } catch (error) {
      throw inputError(`--rejects ${path} cannot be written: ${(error as Error).message}`, {
        next: 'Name a file in a folder that you may write to.',
      })
    }
  }

  add({ bytes, reason, isEnd }: Rejection, source: string, line: number): void {
    if (isEnd && this.told.length < toldLines) this.told.push({ source, line, reason: reason() })
    if (this.#file === undefined) return
    // The bytes are the reader's, and soon others.
    this.#waiting.push(Buffer.from(bytes))
    if (isEnd) this.#waiting.push(newline)
    this.#length += bytes.length + 1
    if (this.#length > gathered) this.#flush()
  }

  close(): void {
    if (this.#file === undefined) return
    this.#flush()
    closeSync(this.#file)
  }

  #flush(): void {
    if (this.#file === undefined || this.#length === 0) return
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#length = 0
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at)
    } catch (error) {
      throw new OpsError({
        code: 'failed',
        title: `rejected lines could not be written to ${this.#path}: ${(error as Error).message}`,
        changed: 'unknown',
      })
    }
  }
}
