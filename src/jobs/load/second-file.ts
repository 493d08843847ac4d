/** Where the second of two files begins that were put together: its line of names, or its byte order mark, is no row. Pure. */
import { byteOrderMark, cellKinds, type InputRecord } from './record.ts'

/** What is wrong with a record that begins one; `head` is the line of names, where the input has one. */
export function beginsAnotherFile(
  record: InputRecord,
  head: readonly Buffer[] | undefined,
): string | undefined {
  const isMarked = hasMark(record)
  if (head && isHead(record, head, isMarked))
    return 'it is the line of names once more, as between two files that were put together. If it is a row: leave the first line out of the input (tail -n +2), and name its fields with --columns'
  return isMarked
    ? 'it begins with a byte order mark, as a second file does that was put behind the first: take the mark out. If it belongs to the value: put quotes around the field, or in TSV a backslash before it'
    : undefined
}

function isHead(record: InputRecord, head: readonly Buffer[], isMarked: boolean): boolean {
  const [first] = head
  if (!first || (record.bytes[record.starts[0] ?? 0] !== first[0] && !isMarked)) return false
  return head.every((each, index) => {
    const cell = record.cell(index)
    return cell?.equals(each) === true || (index === 0 && cell !== null && isBehindMark(cell, each))
  })
}

/** A mark inside of quotes is a part of the value. */
function hasMark({ bytes, starts, kinds }: InputRecord): boolean {
  const start = starts[0] ?? 0
  if (bytes[start] !== byteOrderMark[0] || (kinds[0] !== cellKinds.bare && kinds[0] !== cellKinds.escaped))
    return false
  return byteOrderMark.equals(bytes.subarray(start, start + byteOrderMark.length))
}

/** The same name behind a byte order mark, with quotes around it or without. */
function isBehindMark(cell: Buffer, name: Buffer): boolean {
  const rest = cell.subarray(byteOrderMark.length)
  return (
    cell.subarray(0, byteOrderMark.length).equals(byteOrderMark) &&
    (rest.equals(name) || rest.toString('latin1') === `"${name.toString('latin1')}"`)
  )
}
