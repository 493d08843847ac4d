/** How each column of a table is read, written as COPY's text, and kept in the target. Pure. */
import { type ErrorData, inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { ReadAs, RowColumn } from '../../mysql/column-sql.ts'
import type { Column } from '../../mysql/columns.ts'
import { tableText } from '../../mysql/table-name.ts'
import { binaryTypes, lengthOf, type TargetEngine, textTypes } from '../../postgres/column-types.ts'
import type { CellKind, CopyCell } from '../../postgres/copy-text.ts'
import { deletedAtColumn, type TargetColumn, targetColumns } from '../../postgres/create-table.ts'
import { nameProblem } from '../../postgres/table-name.ts'

export interface CopyColumn {
  readonly source: Column
  readonly read: RowColumn
  readonly cell: CopyCell
  readonly target: TargetColumn
  readonly isKey: boolean
}

/** Their bytes are UTF-8 already. */
const utf8Sets = ['utf8', 'utf8mb3', 'utf8mb4', 'ascii']
/** PostgreSQL has columns of its own by these names in every table. */
const systemColumns = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']

/** All columns, generated ones as plain ones. Adds to `errors` what the target cannot have. */
export function copyColumns(
  table: Table,
  key: readonly string[],
  engine: TargetEngine,
  errors: ErrorData[],
): readonly CopyColumn[] {
  const where = tableText(table)
  const targets = targetColumns(table.columns, key, engine)
  return table.columns.flatMap((source, index) => {
    const target = targets[index]
    const problem = nameProblem(source.name)
    if (problem !== undefined) {
      const next = 'Rename the column, or copy a view of the table that names it otherwise.'
      errors.push(inputError(`a column of ${where} cannot keep its name: ${problem}`, { next }).data)
    }
    if (systemColumns.includes(source.name) || source.name === deletedAtColumn.name) {
      const next = 'Rename the column in the source.'
      errors.push(
        inputError(`the column ${source.name} of ${where} has a name that the target keeps for itself`, {
          next,
        }).data,
      )
    }
    if (!target) {
      const next = 'Change its type in the source, or ask for it to be added: nothing is guessed.'
      errors.push(
        inputError(`${source.name} of ${where} is ${source.type}, a type that ops cannot copy`, { next })
          .data,
      )
      return []
    }
    const { name, type, dataType } = source
    const cell = { name, kind: cellKind(source), ...(dataType === 'bit' && { bits: lengthOf(source) ?? 1 }) }
    const read = { name, type, dataType, readAs: readAs(source) }
    return [{ source, read, cell, target, isKey: key.includes(name) }]
  })
}

function readAs({ dataType, type, characterSet }: Column): ReadAs {
  if (dataType === 'float' || (dataType === 'double' && type.includes('('))) return 'double'
  return textTypes.includes(dataType) && characterSet !== null && !utf8Sets.includes(characterSet)
    ? 'utf8'
    : 'text'
}

function cellKind(column: Column): CellKind {
  const { dataType } = column
  if (['date', 'datetime', 'timestamp'].includes(dataType)) return 'date'
  if (dataType === 'bit') return (lengthOf(column) ?? 1) === 1 ? 'boolean' : 'bits'
  if (dataType === 'json') return 'json'
  if (textTypes.includes(dataType)) return 'text'
  return binaryTypes.includes(dataType) ? 'bytes' : 'plain'
}
