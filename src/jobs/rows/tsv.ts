/**
 * Rows as text that `LOAD DATA ... CHARACTER SET binary` reads as it stands: cells between tabs, a row to a line, NULL as
 * `\N`, and a backslash before what would mean something else. Every byte of a cell comes back.
 */
import { cellsOf, rowOf, type WireRow } from '../../mysql/wire-row.ts'

const tab = 0x09
const lineFeed = 0x0a
const backslash = 0x5c
const escaped: Readonly<Record<number, number>> = {
  0: 0x30,
  [tab]: 0x74,
  [lineFeed]: 0x6e,
  [backslash]: backslash,
}
const plain = new Map(Object.entries(escaped).map(([byte, letter]) => [letter, Number(byte)]))
const nullCell = Buffer.from('\\N')

/** The lines of these rows. */
export function encodeRows(rows: readonly WireRow[]): Buffer {
  let most = 0
  // A byte of a text may become two, with a length of one byte at least that gives its place to a tab; NULL, of one byte, three.
  for (const row of rows) most += row.length * 3 + 2
  const out = Buffer.allocUnsafe(most)
  let at = 0
  for (const row of rows) {
    for (const [index, cell] of cellsOf(row).entries()) {
      if (index > 0) out[at++] = tab
      if (cell === null) {
        at += nullCell.copy(out, at)
        continue
      }
      for (let from = 0; from < cell.length; from++) {
        const byte = cell[from] ?? 0
        const letter = byte <= lineFeed || byte === backslash ? escaped[byte] : undefined
        if (letter !== undefined) {
          out[at++] = backslash
          out[at++] = letter
        } else out[at++] = byte
      }
    }
    out[at++] = lineFeed
  }
  return out.subarray(0, at)
}

/** The row of one line, without its line feed. */
export function decodeRow(line: Buffer): WireRow {
  return rowOf(decodeCells(line))
}

/** The cells of one line, without its line feed; null for NULL. */
export function decodeCells(line: Buffer): (Buffer | null)[] {
  const cells: (Buffer | null)[] = []
  let from = 0
  for (;;) {
    const next = line.indexOf(tab, from)
    const cell = line.subarray(from, next < 0 ? line.length : next)
    cells.push(decodeCell(cell))
    if (next < 0) return cells
    from = next + 1
  }
}

function decodeCell(cell: Buffer): Buffer | null {
  let at = cell.indexOf(backslash)
  if (at < 0) return cell
  if (cell.equals(nullCell)) return null
  const out = Buffer.allocUnsafe(cell.length)
  let size = 0
  let from = 0
  while (at >= 0) {
    size += cell.copy(out, size, from, at)
    const letter = cell[at + 1]
    const byte = letter === undefined ? undefined : plain.get(letter)
    if (byte === undefined) throw new RangeError('a cell has a backslash that means nothing')
    out[size++] = byte
    from = at + 2
    at = cell.indexOf(backslash, from)
  }
  size += cell.copy(out, size, from)
  return out.subarray(0, size)
}
