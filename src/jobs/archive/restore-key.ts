/** By which key saved rows are found in the table that they go back into: one whose columns all of them were saved with. */
import { inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { type Key, keyOf, namingKey } from '../../mysql/keys.ts'
import type { RowsHeader } from '../rows/rows-file.ts'

type Shape = Pick<RowsHeader, 'columns'>

/** `apart`: how to restore each shape by itself. @throws OpsError `input` where no key names the rows of each shape that was saved. */
export function keyForRestore(where: string, table: Table, shapes: readonly Shape[], apart: string): Key {
  const key = keyOf(table)
  const shared = namesInAll(shapes)
  const found = namingKey({ ...table, stored: table.stored.filter(({ name }) => shared.includes(name)) })
  if (!found) checkKeyColumns(where, key.columns, shapes, apart)
  return found ?? key
}

/** The same of a table that is made as it was archived, with this key. */
export function checkKeyColumns(
  where: string,
  key: readonly string[],
  shapes: readonly Shape[],
  apart: string,
): void {
  const shared = namesInAll(shapes)
  const missing = key.filter(column => !shared.includes(column))
  if (missing.length === 0) return
  throw inputError(
    `${where} names its rows by ${key.join(', ')}, and some were archived when the table had no ${missing.join(', ')}`,
    {
      detail:
        'The table got another key between two runs: whether such a row is there already cannot be told by it.',
      next: `Nothing was restored. Make a table with a unique NOT NULL key of columns that all rows were archived with (${shared.join(', ')}), and name it with --into. Or: ${apart}`,
    },
  )
}

function namesInAll([first, ...others]: readonly Shape[]): readonly string[] {
  const names = (first?.columns ?? []).map(each => each.name)
  return names.filter(name => others.every(({ columns }) => columns.some(each => each.name === name)))
}
