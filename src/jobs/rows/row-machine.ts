/** Goes through many rows in one call, where the processor can: `row-code.ts` says what it does, and what it leaves to others. */
import { type Started, startWasm } from '../../base/wasm/start.ts'
import { hashBytes, type RowsHasher, rowHash } from '../../mysql/row-hash.ts'
import { roundConstants } from './hash-lanes.ts'
import { rowCode } from './row-code.ts'
import { LineRows, type RowLines } from './row-lines.ts'
import { answers, modes, mostBlocks, places, slotsOf } from './row-places.ts'
import type { LineTakers } from './rows-file.ts'

const pageBytes = 1 << 16
/** So much is gone through at once; less where rows that are not for it come again and again. */
const mostInput = 256 * 1024
const leastInput = 4 * 1024
/** Bytes beyond the end of what is read that it may look at, or write. */
const readsBeyond = 64
const output = places.input + mostInput + readsBeyond
// Each byte of a row may become two, and NULL three; the four bytes before it make up for its line feed.
const pages = Math.ceil((output + 3 * mostInput + readsBeyond) / pageBytes)
const lineFeed = 0x0a

/** What was done of a piece. */
export interface PacketsDone {
  /** Where it goes on. */
  readonly to: number
  readonly rows: number
  /** Of the last row, in the piece that was given. */
  readonly last: { readonly from: number; readonly to: number } | undefined
  /** `other`: what follows is not for it; `enough`: so many rows as were allowed. */
  readonly stop: 'done' | 'other' | 'enough'
}

const stops = { [answers.done]: 'done', [answers.other]: 'other', [answers.enough]: 'enough' } as const

export class RowMachine {
  readonly #bytes: Buffer
  readonly #numbers: Int32Array
  readonly #run: (mode: number) => number
  readonly #sum = Buffer.alloc(hashBytes)
  #reach = mostInput

  constructor({ memory, run }: Started, constants: Uint8Array) {
    this.#bytes = Buffer.from(memory)
    this.#numbers = new Int32Array(memory)
    this.#run = run
    this.#bytes.set(constants, places.constants)
    this.#bytes.set(roundConstants(), places.rounds)
    for (const [byte, letter] of ['\x000', '\tt', '\nn', '\\\\'].map(each => Buffer.from(each))) {
      this.#bytes[places.letters + (byte as number)] = letter as number
      this.#bytes[places.meant + (letter as number)] = (byte as number) + 1
    }
  }

  /**
   * Takes whole packets of rows from this place on, at most `most` rows and none that begins more than `mostBytes` behind
   * it; a last packet may be cut. The lines go to `lines`, the hashes to `hasher`.
   */
  packets(
    piece: Buffer,
    from: number,
    most: number,
    mostBytes: number,
    lines: RowLines,
    hasher: RowsHasher,
  ): PacketsDone {
    this.#begin(piece, from, Math.min(piece.length - from, this.#reach))
    this.#put(places.most, most)
    this.#put(places.limit, places.input + Math.min(mostBytes, mostInput))
    const stop = stops[this.#run(modes.packets) as 0 | 1 | 2]
    this.#learn()
    const rows = this.#get(places.rows)
    lines.append(this.#bytes.subarray(output, this.#get(places.out)), rows)
    this.#sumUp(hasher, rows)
    const inPiece = (place: number): number => this.#get(place) - places.input + from
    return {
      to: inPiece(places.at),
      rows,
      last: rows === 0 ? undefined : { from: inPiece(places.last), to: inPiece(places.lastEnd) },
      stop,
    }
  }

  /** Takes whole lines, the last of which ends at `to`, from `from` on; answers where it stopped: at `to`, or before a line that is not for it. */
  lines(piece: Buffer, from: number, to: number, hasher: RowsHasher): number {
    for (let at = from; ; ) {
      const end = to - at > this.#reach ? piece.lastIndexOf(lineFeed, at + this.#reach - 1) + 1 : to
      if (end <= at) return at
      this.#begin(piece, at, end - at)
      const stop = this.#run(modes.lines)
      this.#learn()
      this.#sumUp(hasher, this.#get(places.rows))
      at += this.#get(places.at) - places.input
      if (stop !== answers.done) return at
    }
  }

  /** What was copied in vain is the less the next time. */
  #learn(): void {
    const isWorthIt = 2 * this.#get(places.at) >= places.input + this.#get(places.end)
    this.#reach = isWorthIt ? Math.min(mostInput, this.#reach * 2) : Math.max(leastInput, this.#reach / 2)
  }

  #begin(piece: Buffer, from: number, size: number): void {
    piece.copy(this.#bytes, places.input, from, from + size)
    this.#put(places.at, places.input)
    this.#put(places.end, places.input + size)
    this.#put(places.out, output)
    this.#put(places.rows, 0)
    // Not behind the call: one that ended by a trap leaves them, too.
    for (let word = 0; word < 16; word++) this.#put(places.sum + 4 * word, 0)
    for (let blocks = 1; blocks <= mostBlocks; blocks++) this.#put(places.waiting + 4 * blocks, 0)
  }

  /** What waits for others of its size is hashed here, so that nothing of these rows is left for the next ones. */
  #sumUp(hasher: RowsHasher, rows: number): void {
    const sum = this.#sum.fill(0)
    for (let word = 0; word < 4; word++) {
      for (let lane = 0; lane < 4; lane++) {
        const at = places.sum + 16 * word + 4 * lane
        sum.writeInt32BE(sum.readInt32BE(4 * word) ^ this.#get(at), 4 * word)
      }
    }
    let left = 0
    for (let blocks = 1; blocks <= mostBlocks; blocks++) {
      const waiting = this.#get(places.waiting + 4 * blocks)
      for (let index = 0; index < waiting; index++) {
        const slot = slotsOf(blocks) + index * blocks * 64
        const size = this.#bytes.readUInt16BE(slot + blocks * 64 - 2) / 8
        hasher.addHash(rowHash(this.#bytes.subarray(slot, slot + size)))
      }
      left += waiting
    }
    hasher.addSum(rows - left, sum)
  }

  #get(place: number): number {
    return this.#numbers[place >> 2] as number
  }

  #put(place: number, value: number): void {
    this.#numbers[place >> 2] = value
  }
}

let made: { readonly machine: RowMachine | undefined } | undefined
let rowsSoFar = 0
/** It takes as long to make as so many rows take without it. */
const worthWhile = 20_000

/** One for the whole program: a call leaves nothing behind. Undefined where it cannot run, or was not asked for many rows yet. */
export function rowMachine(rows: number): RowMachine | undefined {
  rowsSoFar += rows
  if (rowsSoFar > worthWhile) made ??= { machine: started() }
  return made?.machine
}

function started(): RowMachine | undefined {
  const { module, constants } = rowCode()
  const program = startWasm(module, pages)
  return program && new RowMachine(program, constants)
}

/** What hashes so many rows of lines, many at once where it can. */
export function hashedLines(hasher: RowsHasher, many: number): Pick<LineTakers, 'line' | 'many'> {
  const rows = new LineRows()
  const machine = rowMachine(many)
  return {
    line: (bytes, from, to) => void hasher.add(rows.read(bytes, from, to)),
    ...(machine && { many: (bytes, from, to) => machine.lines(bytes, from, to, hasher) }),
  }
}
