/**
 * A run of rows on its way to the server, in memory as lines that both LOAD DATA and our own INSERTs are made of. It is
 * kept until the server's counts say that all of it arrived, so that whatever goes wrong can be looked at row by row.
 */
import { isUtf8 } from 'node:buffer'
import { decodeCells } from '../rows/tsv.ts'
import { mostBytes, mostRows, newRoom, type Room } from './chunk-room.ts'
import { convertCell } from './convert-cell.ts'
import { lostDigits } from './lost-digits.ts'
import { type BadLine, mostNamed } from './problems.ts'
import { cellKinds, type InputRecord } from './record.ts'
import { beginsAnotherFile } from './second-file.ts'
import type { Target } from './targets.ts'

type Numbers = Readonly<ArrayLike<number>>

export interface LoadChunk {
  /** The line of the input on which each row begins. */
  readonly rows: Numbers
  readonly lines: Buffer
  /** Where each row ends in `lines`, its line feed included. */
  readonly ends: Numbers
  /** Lines between them that were bad already on this side, the last of them perhaps behind all rows. */
  readonly bad: readonly BadLine[]
  /** Values that lose digits without a word of the server, and the first of them with its line. */
  readonly cut: { readonly values: number; readonly first: string | undefined }
  readonly bytes: number
}

/** Where the line of a row begins. */
export const lineStart = ({ ends }: LoadChunk, index: number): number =>
  index === 0 ? 0 : (ends[index - 1] ?? 0)

/** Where it ends, its line feed left out. */
export const lineEnd = ({ ends }: LoadChunk, index: number): number => (ends[index] ?? 1) - 1

const tab = 0x09
const lineFeed = 0x0a
const backslash = 0x5c
const quote = 0x22
const letterN = 0x6e
const letterT = 0x74
const zero = 0x30

/** Takes records until a chunk is full. */
export class ChunkBuilder {
  readonly #targets: readonly Target[]
  readonly #fields: number
  readonly #nullWord: string | undefined
  readonly #head: readonly Buffer[] | undefined
  #bad: BadLine[] = []
  #cut: { values: number; first: string | undefined } = { values: 0, first: undefined }
  #room = newRoom()
  /** Its bytes, or larger ones where they do not hold a row. */
  #out = this.#room.bytes
  /** Of chunks that are not settled. */
  readonly #rooms = new WeakMap<LoadChunk, Room>()
  readonly #free: Room[] = []
  #size = 0
  #count = 0

  /** `head` is the line of names, where the input has one. */
  constructor(
    targets: readonly Target[],
    fields: number,
    nullWord: string | undefined,
    head?: readonly string[],
  ) {
    // The only word of a line may well be the name of its column.
    this.#head = head === undefined || head.length < 2 ? undefined : head.map(each => Buffer.from(each))
    this.#targets = targets
    this.#fields = fields
    this.#nullWord = nullWord
  }

  /** Of at most so many bytes, and the last row. */
  isFull(bytes = mostBytes): boolean {
    return this.#size >= bytes || this.#count >= mostRows || this.#bad.length >= mostNamed
  }

  add(record: InputRecord): void {
    const begin = this.#size
    const problem = this.#row(record)
    if (problem === undefined) {
      this.#room.rows[this.#count] = record.line
      this.#room.ends[this.#count++] = this.#size
    } else {
      this.#size = begin
      this.#bad.push({ line: record.line, problem })
    }
  }

  /** Answers with what is wrong. */
  #row(record: InputRecord): string | undefined {
    const { count, problem } = record
    if (problem !== undefined) return problem
    if (count !== this.#fields)
      return `it has ${count} ${count === 1 ? 'field' : 'fields'}, and ${this.#fields} are named`
    const begins = beginsAnotherFile(record, this.#head)
    if (begins !== undefined) return begins
    // By index: this runs for each cell of each row.
    for (let index = 0; index < this.#targets.length; index++) {
      const target = this.#targets[index]
      const trouble = target && this.#cell(record, target)
      if (trouble !== undefined) return trouble
      this.#put(tab)
    }
    this.#out[this.#size - 1] = lineFeed
    return undefined
  }

  /** Its rows are settled: its memory may be used again. */
  release(chunk: LoadChunk): void {
    const room = this.#rooms.get(chunk)
    this.#rooms.delete(chunk)
    if (room) this.#free.push(room)
  }

  /** What has come so far, and begins anew. Rows whose text is no UTF-8 are bad. */
  take(): LoadChunk {
    const lines = this.#out.subarray(0, this.#size)
    const whole = {
      rows: this.#room.rows.subarray(0, this.#count),
      ends: this.#room.ends.subarray(0, this.#count),
      lines,
      bad: this.#bad,
      cut: this.#cut,
      bytes: this.#size,
    }
    const isText = isUtf8(lines) || !this.#targets.some(each => each.isText)
    const chunk = isText ? whole : this.#withoutBadText(whole)
    this.#rooms.set(chunk, this.#room)
    this.#room = this.#free.pop() ?? newRoom()
    this.#out = this.#room.bytes
    this.#size = 0
    this.#count = 0
    this.#bad = []
    this.#cut = { values: 0, first: undefined }
    return chunk
  }

  #withoutBadText(chunk: LoadChunk): LoadChunk {
    const good: number[] = []
    const kept: Buffer[] = []
    const ends: number[] = []
    const bad = [...chunk.bad]
    let size = 0
    for (let index = 0; index < chunk.rows.length; index++) {
      const line = chunk.rows[index] ?? 0
      const bytes = chunk.lines.subarray(lineStart(chunk, index), lineEnd(chunk, index))
      const column = isUtf8(bytes) ? undefined : this.#badText(bytes)
      if (column !== undefined) {
        bad.push({ line, problem: `${column}: its text is no UTF-8` })
        continue
      }
      good.push(line)
      kept.push(bytes, Buffer.from('\n'))
      size += bytes.length + 1
      ends.push(size)
    }
    return { ...chunk, rows: good, ends, lines: Buffer.concat(kept), bad }
  }

  #badText(line: Buffer): string | undefined {
    const cells = decodeCells(line)
    return this.#targets.find(({ isText }, index) => {
      const cell = cells[index]
      return isText && cell != null && !isUtf8(cell)
    })?.column.name
  }

  /** Answers with what is wrong. */
  #cell(record: InputRecord, target: Target): string | undefined {
    const { field, column } = target
    const kind = record.kinds[field]
    const start = record.starts[field] ?? 0
    const end = record.ends[field] ?? 0
    if (kind === cellKinds.missing && !(column.isNullable && isNoDefault(column.defaultSql)))
      return `it has no key ${column.name}`
    const isEmpty = start === end
    const isNull =
      kind === cellKinds.isNull ||
      kind === cellKinds.missing ||
      (isEmpty && target.emptyIsNull && (kind === cellKinds.bare || !target.holdsEmpty)) ||
      (kind === cellKinds.bare && this.#nullWord !== undefined && this.#isNullWord(record, start, end))
    if (isNull) {
      if (!target.takesNull) return `${column.name}: it is NULL, which the column does not take`
      this.#put(backslash)
      this.#put(0x4e)
      return undefined
    }
    if (isEmpty && !target.holdsEmpty && !target.takesNull)
      return `${column.name}: it is empty, and the column takes no NULL`
    if (
      target.way === 'plain' &&
      (kind === cellKinds.bare || kind === cellKinds.quoted || kind === cellKinds.truth)
    ) {
      this.#copy(record.bytes, start, end)
      return undefined
    }
    if (target.way === 'plain' && kind === cellKinds.doubled) {
      this.#copy(record.bytes, start, end, true)
      return undefined
    }
    const cell = record.cell(field) ?? Buffer.alloc(0)
    const made = convertCell(target, cell)
    if ('problem' in made) return made.problem
    const lost = lostDigits(target, made)
    if (lost !== undefined) {
      this.#cut.values += 1
      this.#cut.first ??= `line ${record.line}: ${lost}`
    }
    this.#copy(made, 0, made.length)
    return undefined
  }

  #isNullWord({ bytes }: InputRecord, start: number, end: number): boolean {
    return end - start === this.#nullWord?.length && bytes.toString('latin1', start, end) === this.#nullWord
  }

  #put(byte: number): void {
    if (this.#size === this.#out.length) this.#grow(1)
    this.#out[this.#size++] = byte
  }

  /** A byte becomes two at most. Of two quotes one is meant where they are doubled. */
  #copy(bytes: Buffer, start: number, end: number, areDoubled = false): void {
    if (this.#size + (end - start) * 2 > this.#out.length) this.#grow((end - start) * 2)
    const out = this.#out
    let size = this.#size
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0
      if (byte === backslash) {
        out[size++] = backslash
        out[size++] = backslash
      } else if (byte > lineFeed) {
        out[size++] = byte
        if (areDoubled && byte === quote) at += 1
      } else if (byte === lineFeed || byte === tab || byte === 0) {
        out[size++] = backslash
        out[size++] = byte === lineFeed ? letterN : byte === tab ? letterT : zero
      } else out[size++] = byte
    }
    this.#size = size
  }

  #grow(more: number): void {
    const wider = Buffer.allocUnsafe(Math.max(this.#out.length * 2, this.#size + more + 1024))
    this.#out.copy(wider, 0, 0, this.#size)
    this.#out = wider
  }
}

/** MariaDB writes the default NULL as a word. */
const isNoDefault = (defaultSql: string | null): boolean => defaultSql === null || defaultSql === 'NULL'
