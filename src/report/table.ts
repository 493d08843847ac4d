/** Columns of text, each as wide as its widest cell; a column that is empty everywhere is left out. */
import { widthOf } from './printable.ts'

const looks = /\x1b\[\d+m/g

/** Rows of cells; cells may be coloured. The first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map(row => row.length))
  const filled = Array.from({ length: columns }, (_, index) => index).filter(
    index => rows.length === 1 || rows.slice(1).some(row => bare(row[index]) !== ''),
  )
  const widths = filled.map(index => Math.max(...rows.map(row => widthOf(bare(row[index])))))
  return rows
    .map(row =>
      filled
        .map((index, at) => {
          const cell = row[index] ?? ''
          return at === filled.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - widthOf(bare(cell)))
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function bare(cell: string | undefined): string {
  return (cell ?? '').replaceAll(looks, '')
}
