/** Writes an answer: aligned for people, CSV or JSON for programs. */
import type { Answer, Cell } from '../../logs/answer.ts'
import { printableLine, widthOf } from '../../report/printable.ts'
import type { ByteOutput } from './byte-output.ts'

export type AnswerForm = 'table' | 'csv' | 'json'

/** Ends early when nobody reads any more. */
export async function writeAnswer(answer: Answer, form: AnswerForm, output: ByteOutput): Promise<void> {
  if (form === 'table') return writeTable(answer, output)
  const line = form === 'csv' ? csvLine : jsonLine(answer.columns)
  if (form === 'csv') await output.write(Buffer.from(csvLine(answer.columns)))
  for await (const rows of answer.rows) {
    await output.write(Buffer.from(rows.map(line).join('')))
    if (output.isGone) return
  }
  await output.flush()
}

const textOf = (cell: Cell) => (cell === null ? '' : String(cell))

function csvLine(cells: readonly Cell[]): string {
  const texts = cells.map(cell => {
    const text = textOf(cell)
    // An empty text is not NULL, and a line of one empty cell would be passed over.
    const needsQuotes =
      /[",\r\n]/.test(text) || (text === '' && cell !== null) || (text === '' && cells.length === 1)
    return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${texts.join()}\n`
}

/** One object a line; numbers that JavaScript could not hold keep their digits. */
function jsonLine(columns: readonly string[]): (cells: readonly Cell[]) => string {
  const names = columns.map(name => JSON.stringify(name))
  return cells => {
    const members = cells.map((cell, index) => {
      const value = typeof cell === 'bigint' ? String(cell) : JSON.stringify(cell)
      return `${names[index]}:${value}`
    })
    return `{${members.join()}}\n`
  }
}

async function writeTable({ columns, isNumber, rows }: Answer, output: ByteOutput): Promise<void> {
  const lines: string[][] = [columns.map(printableLine)]
  for await (const some of rows) {
    for (const row of some) lines.push(row.map(cell => printableLine(cell === null ? 'NULL' : String(cell))))
  }
  const widths = columns.map((_, index) =>
    lines.reduce((most, line) => Math.max(most, widthOf(line[index] ?? '')), 0),
  )
  for (const line of lines) {
    const cells = line.map((cell, index) => {
      const space = ' '.repeat((widths[index] ?? 0) - widthOf(cell))
      return isNumber[index] ? space + cell : cell + space
    })
    await output.write(Buffer.from(`${cells.join('  ').trimEnd()}\n`))
    if (output.isGone) return
  }
  await output.flush()
}
