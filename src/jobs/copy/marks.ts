/** Whether the target keeps rows that are gone from the source, with a mark. */
import type { PgPlace } from '../../postgres/catalog.ts'
import { deletedAtColumn } from '../../postgres/create-table.ts'

export function hasMarks({ table }: PgPlace): boolean {
  return table?.columns.some(each => each.name === deletedAtColumn.name) === true
}
