/** One record of an input as places in its bytes: nothing is copied, and nothing is made of a cell that is only passed on. */

/** How the bytes of a cell are to be read. */
export const cellKinds = {
  /** Its own bytes, without quotes around it. */
  bare: 0,
  /** Its own bytes; quotes stood around it, so that it is text and never NULL. */
  quoted: 1,
  /** Quotes in it are doubled. */
  doubled: 2,
  /** Backslashes mean something, as in what LOAD DATA reads. */
  escaped: 3,
  /** The inside of a JSON string with backslashes. */
  jsonEscaped: 4,
  isNull: 5,
  /** A key that this line of JSON does not have. */
  missing: 6,
  /** `true` or `false` of JSON. */
  truth: 7,
} as const

/** That of UTF-8, which a file may begin with. */
export const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** A record that its reader fills again and again. */
export class InputRecord {
  /** Where it begins, counted from 1. */
  line = 0
  bytes: Buffer = Buffer.alloc(0)
  count = 0
  /** What is wrong with its form; its cells mean nothing then. */
  problem: string | undefined
  starts = new Int32Array(64)
  ends = new Int32Array(64)
  kinds = new Uint8Array(64)

  begin(line: number, bytes: Buffer): void {
    this.line = line
    this.bytes = bytes
    this.count = 0
    this.problem = undefined
  }

  add(start: number, end: number, kind: number): void {
    if (this.count === this.starts.length) this.#grow()
    this.starts[this.count] = start
    this.ends[this.count] = end
    this.kinds[this.count] = kind
    this.count += 1
  }

  set(index: number, start: number, end: number, kind: number): void {
    this.starts[index] = start
    this.ends[index] = end
    this.kinds[index] = kind
  }

  /** Makes room for so many cells. */
  fill(count: number, kind: number): void {
    while (this.starts.length < count) this.#grow()
    this.count = count
    this.kinds.fill(kind, 0, count)
    this.starts.fill(0, 0, count)
    this.ends.fill(0, 0, count)
  }

  /** The cell as it is meant; null for NULL. */
  cell(index: number): Buffer | null {
    const kind = this.kinds[index] ?? cellKinds.isNull
    const bytes = this.bytes.subarray(this.starts[index], this.ends[index])
    if (kind === cellKinds.isNull || kind === cellKinds.missing) return null
    if (kind === cellKinds.doubled) return undouble(bytes)
    if (kind === cellKinds.escaped) return withoutBackslashes(bytes)
    if (kind === cellKinds.jsonEscaped)
      return Buffer.from(JSON.parse(`"${bytes.toString('utf8')}"`) as string)
    return bytes
  }

  /** The cells as text, as a first line has names. */
  texts(): string[] {
    return Array.from({ length: this.count }, (_, index) => this.cell(index)?.toString('utf8') ?? '')
  }

  #grow(): void {
    const most = this.starts.length * 2
    const wider = <Places extends Int32Array | Uint8Array>(places: Places, fresh: Places): Places => {
      fresh.set(places)
      return fresh
    }
    this.starts = wider(this.starts, new Int32Array(most))
    this.ends = wider(this.ends, new Int32Array(most))
    this.kinds = wider(this.kinds, new Uint8Array(most))
  }
}

/** Hands out records of one format from a window of the input. */
export interface RecordFormat {
  /**
   * Reads the record that begins at `from`. Answers with where the next one begins, or -1 where the window ends before
   * the record does; `isLast` says that nothing follows the window. `lines` then says how many lines it took.
   */
  read(record: InputRecord, from: number, isLast: boolean): number
  readonly lines: number
}

const quote = 0x22
const backslash = 0x5c

function undouble(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length)
  let size = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    out[size++] = byte
    if (byte === quote) at += 1
  }
  return out.subarray(0, size)
}

/** As LOAD DATA reads them (MySQL manual, "LOAD DATA Statement", escape sequences); any other character stands for itself. */
const meanings: Readonly<Record<number, number>> = {
  48: 0x00,
  98: 0x08,
  110: 0x0a,
  114: 0x0d,
  116: 0x09,
  90: 0x1a,
}

function withoutBackslashes(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length)
  let size = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte !== backslash || at + 1 === bytes.length) {
      out[size++] = byte
      continue
    }
    at += 1
    const letter = bytes[at] ?? 0
    out[size++] = meanings[letter] ?? letter
  }
  return out.subarray(0, size)
}
