/** Cuts an input into records, each with the number of the line on which it begins. */
import { OpsError } from '../../base/errors.ts'
import { InputRecord, type RecordFormat } from './record.ts'

/** No row of a server is longer; a quote that is never closed would otherwise take in the whole input. */
const mostRecordBytes = 256 * 1024 * 1024
const lineFeed = 0x0a

/** Records one after another; each is good until the next one is asked for. */
export class RecordReader {
  /** Lines with nothing on them, which are no records. */
  emptyLines = 0
  /** The input ended without a line feed, so that its last record may be cut. */
  endsOpen = false
  readonly #pieces: AsyncIterator<Buffer>
  readonly #record = new InputRecord()
  /** Lies in `#room`, which is filled again and again: fresh memory for each piece would be collected late. */
  #window: Buffer = Buffer.alloc(0)
  #room: Buffer = Buffer.alloc(0)
  #at = 0
  #line = 1
  #isLast = false

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** The next record where it is in memory already: much is read without waiting. */
  ready(format: RecordFormat): InputRecord | undefined {
    const record = this.#record
    for (;;) {
      if (this.#at >= this.#window.length) return undefined
      record.begin(this.#line, this.#window)
      const from = this.#at
      const next = format.read(record, from, this.#isLast)
      if (next === -1) return undefined
      this.#at = next
      this.#line += format.lines
      if (this.#isLast && next === this.#window.length) this.endsOpen = this.#window[next - 1] !== lineFeed
      const isEmpty = record.count === 1 && record.starts[0] === record.ends[0] && record.kinds[0] === 0
      if (!isEmpty || record.problem !== undefined || this.keepsEmpty) return record
      this.emptyLines += 1
    }
  }

  /** Of an input of one field a line, an empty line is a value. */
  keepsEmpty = false

  /** The next record; undefined at the end. */
  async next(format: RecordFormat): Promise<InputRecord | undefined> {
    for (;;) {
      const record = this.ready(format)
      if (record) return record
      if (!(await this.more())) return undefined
    }
  }

  /** Bytes from here to as far as is in memory: to look at what comes. */
  get ahead(): Buffer {
    return this.#window.subarray(this.#at)
  }

  /** So many lines of it were read. */
  get line(): number {
    return this.#line
  }

  get isAtEnd(): boolean {
    return this.#isLast
  }

  /** Leaves bytes out, such as the mark at the beginning. */
  skip(bytes: number): void {
    this.#at += bytes
  }

  /** Takes in more of the input: as much again as waits already, so that a long record is not searched over and over. */
  async more(): Promise<boolean> {
    if (this.#isLast) return false
    const rest = this.#window.subarray(this.#at)
    if (rest.length > mostRecordBytes) {
      throw new OpsError({
        code: 'failed',
        title: `line ${this.#line}: the record that begins there has no end within ${mostRecordBytes / 1024 / 1024} MiB`,
        changed: 'no',
        next: 'Look for a quote on that line that is never closed.',
      })
    }
    let size = this.#moveToFront(rest)
    while (size <= rest.length * 2) {
      const { done, value } = await this.#pieces.next()
      if (done) {
        this.#isLast = true
        break
      }
      if (size + value.length > this.#room.length) this.#widen(size, size + value.length)
      value.copy(this.#room, size)
      size += value.length
    }
    this.#window = this.#room.subarray(0, size)
    this.#at = 0
    return true
  }

  /** Answers with how long it is. */
  #moveToFront(rest: Buffer): number {
    this.#room.copyWithin(0, this.#at, this.#at + rest.length)
    this.#window = this.#room.subarray(0, rest.length)
    this.#at = 0
    return rest.length
  }

  #widen(size: number, least: number): void {
    const wider = Buffer.allocUnsafeSlow(Math.max(least, Math.min(this.#room.length * 2, mostRecordBytes)))
    this.#room.copy(wider, 0, 0, size)
    this.#room = wider
  }
}
