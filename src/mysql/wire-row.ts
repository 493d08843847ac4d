/**
 * A row as the server sends it: for each cell its length and its bytes, NULL as a mark of its own (the text protocol's
 * "length-encoded strings", MySQL Internals, Protocol::LengthEncodedString). It is never turned into JavaScript values.
 */

/** One row's bytes. */
export type WireRow = Buffer

const nullMark = 0xfb

/** The cells of a row; null for NULL. They are views of the row's memory. */
export function cellsOf(row: WireRow): (Buffer | null)[] {
  const cells: (Buffer | null)[] = []
  let at = 0
  while (at < row.length) {
    const first = row[at] ?? 0
    if (first === nullMark) {
      cells.push(null)
      at += 1
      continue
    }
    let length = first
    let head = 1
    if (first === 0xfc) {
      length = row.readUInt16LE(at + 1)
      head = 3
    } else if (first === 0xfd) {
      length = row.readUIntLE(at + 1, 3)
      head = 4
    } else if (first === 0xfe) {
      length = Number(row.readBigUInt64LE(at + 1))
      head = 9
    }
    at += head
    if (at + length > row.length) throw new RangeError('a row ends in the middle of a cell')
    cells.push(row.subarray(at, at + length))
    at += length
  }
  return cells
}

/** Makes the row of its cells: the inverse of `cellsOf`, byte for byte. */
export function rowOf(cells: readonly (Uint8Array | null)[]): WireRow {
  let size = 0
  for (const cell of cells) size += cell === null ? 1 : headLength(cell.length) + cell.length
  const row = Buffer.allocUnsafe(size)
  let at = 0
  for (const cell of cells) {
    if (cell === null) {
      row[at++] = nullMark
      continue
    }
    at = writeLength(row, at, cell.length)
    row.set(cell, at)
    at += cell.length
  }
  return row
}

function headLength(length: number): number {
  return length < nullMark ? 1 : length <= 0xffff ? 3 : length <= 0xffffff ? 4 : 9
}

/** Writes the length before a cell; answers where the cell begins. */
export function writeLength(row: Buffer, at: number, length: number): number {
  if (length < nullMark) return row.writeUInt8(length, at)
  if (length <= 0xffff) return row.writeUInt16LE(length, row.writeUInt8(0xfc, at))
  if (length <= 0xffffff) return row.writeUIntLE(length, row.writeUInt8(0xfd, at), 3)
  return row.writeBigUInt64LE(BigInt(length), row.writeUInt8(0xfe, at))
}
