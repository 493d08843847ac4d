/** Keeps the lines that are no row: as they were into a file, and the first few in words. */
import { closeSync, constants, fstatSync, openSync, type Stats, statSync, writeSync } from 'node:fs'
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

  /**
   * `readFrom` are the logs of this machine; `-` is standard input.
   * @throws OpsError `input` where the file cannot be written, or has something in it that would be lost.
   */
  constructor(path: string | undefined, readFrom: readonly string[]) {
    this.#path = path
    this.#file = path === undefined ? undefined : openedEmpty(path, readFrom)
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

/** Nothing is cut off: what is in a file stays, whatever it is. */
function openedEmpty(path: string, readFrom: readonly string[]): number {
  let file: number
  try {
    file = openSync(path, constants.O_WRONLY | constants.O_CREAT)
  } catch (error) {
    throw inputError(`--rejects ${path} cannot be written: ${(error as Error).message}`, {
      next: 'Name a file in a folder that you may write to.',
    })
  }
  const found = fstatSync(file)
  const problem = found.isFile() ? lossIn(found, readFrom) : undefined
  if (problem === undefined) return file
  closeSync(file)
  const next = 'Name another file; or remove that one, if nobody needs it.'
  throw inputError(`--rejects ${path} ${problem}`, { next })
}

function lossIn(found: Stats, readFrom: readonly string[]): string | undefined {
  const isSame = (other: Stats | undefined) => other?.ino === found.ino && other.dev === found.dev
  const log = readFrom.find(each =>
    isSame(each === '-' ? fstatSync(0) : statSync(each, { throwIfNoEntry: false })),
  )
  if (log === '-') return 'is what is read as standard input'
  if (log !== undefined) return `is a log that is read: ${log}`
  if (isSame(fstatSync(1))) return 'is where the rows go'
  return found.size > 0 ? 'is there already, and is not empty' : undefined
}
