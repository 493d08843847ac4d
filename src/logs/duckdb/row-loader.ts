/** Puts columns of rows into a table, a vector at a time, as DuckDB's own bindings copy them. */
import type { ColumnCells, ColumnWriter } from './column-writer.ts'
import type { DuckdbAppender, DuckdbBindings, DuckdbChunk, DuckdbVector } from './load.ts'
import { NumberCells } from './number-cells.ts'
import { TextCells } from './text-cells.ts'

/** Rows of a vector. */
const vectorRows = 2048
/** DuckDB has to hold all texts of a vector at once where it packs them for its file. */
const muchText = 2 * 1024 * 1024
const twoTo32 = 2 ** 32

/** What the cells of a type are worth that are no plain numbers, in order. */
export type Cast = (
  type: 'integer' | 'double',
  texts: readonly string[],
) => Promise<readonly (bigint | number | null)[]>

export class RowLoader {
  readonly #bindings: DuckdbBindings
  readonly #chunk: DuckdbChunk
  readonly #appender: DuckdbAppender
  readonly #cast: Cast
  readonly #valid = new Uint8Array(vectorRows / 8)
  /** Of the vector that is being filled. */
  #rows = 0
  #textBytes = 0

  constructor(bindings: DuckdbBindings, chunk: DuckdbChunk, appender: DuckdbAppender, cast: Cast) {
    this.#bindings = bindings
    this.#chunk = chunk
    this.#appender = appender
    this.#cast = cast
  }

  /** Adds the rows `from` up to `to` of a writer, each of them once. */
  async add(writer: ColumnWriter, from: number, to: number): Promise<void> {
    for (const cells of writer.columns) {
      if (cells instanceof NumberCells && cells.odd.size > 0) await this.#settle(cells)
    }
    for (let row = from; row < to; row += vectorRows)
      this.#addVectors(writer, row, Math.min(to, row + vectorRows))
  }

  /** Whether these rows make a vector with so much text that DuckDB needs more memory than for most logs. Asked before `add`. */
  isMuch({ columns }: ColumnWriter, from: number, to: number): boolean {
    for (const cells of columns) {
      if (cells instanceof TextCells)
        this.#textBytes += (cells.starts[to] as number) - (cells.starts[from] as number)
    }
    this.#rows += to - from
    const inVector = this.#textBytes * Math.min(1, vectorRows / this.#rows)
    if (this.#rows >= vectorRows) {
      this.#rows = 0
      this.#textBytes = 0
    }
    return inVector > muchText
  }

  async #settle(cells: NumberCells): Promise<void> {
    const texts = [...new Set(cells.odd.values())]
    const values = await this.#cast(cells.type, texts)
    const worth = new Map(texts.map((text, index) => [text, values[index] ?? null]))
    for (const [row, text] of [...cells.odd]) cells.settle(row, worth.get(text) ?? null)
  }

  #addVectors({ columns }: ColumnWriter, from: number, to: number): void {
    this.#chunk.reset()
    columns.forEach((cells, index) => {
      const vector = this.#bindings.data_chunk_get_vector(this.#chunk.chunk, index)
      if (cells instanceof TextCells) this.#point(cells, vector, from, to)
      const { buffer, byteLength } = cells.items
      const width = byteLength / cells.isNull.length
      this.#bindings.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, width * from, width * (to - from))
      this.#markNulls(cells, vector, from, to)
    })
    this.#chunk.rowCount = to - from
    this.#appender.appendDataChunk(this.#chunk)
  }

  /** Hands the long texts over in one piece, and has their rows point into DuckDB's copy of it. */
  #point({ items, text, starts }: TextCells, vector: DuckdbVector, from: number, to: number): void {
    const start = starts[from] as number
    const length = (starts[to] as number) - start
    if (length === 0) return
    this.#bindings.vector_assign_string_element_len(vector, 0, text.subarray(start, start + length))
    const first = this.#bindings.vector_get_data(vector, 16)
    const [known = 0, , low = 0, high = 0] = new Uint32Array(first.slice().buffer)
    if (known !== length) throw new Error(`it took ${known} of ${length} bytes of text`)
    for (let row = from; row < to; row++) {
      if (starts[row + 1] === starts[row]) continue
      const address = low + (items[4 * row + 2] as number) - start
      items[4 * row + 2] = address
      items[4 * row + 3] = high + (address >= twoTo32 ? 1 : 0)
    }
  }

  #markNulls({ isNull }: ColumnCells, vector: DuckdbVector, from: number, to: number): void {
    const first = isNull.indexOf(1, from)
    if (first < 0 || first >= to) return
    this.#valid.fill(0xff)
    for (let row = first; row < to; row++) {
      if (isNull[row] === 1)
        this.#valid[(row - from) >> 3] =
          (this.#valid[(row - from) >> 3] as number) & ~(1 << ((row - from) & 7))
    }
    this.#bindings.vector_ensure_validity_writable(vector)
    this.#bindings.copy_data_to_vector_validity(vector, 0, this.#valid.buffer, 0, this.#valid.length)
  }
}
