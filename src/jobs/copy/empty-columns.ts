/** A column that came to both sides since the last copy: no later run would bring its values of rows that have no new stamp. */
import { InputErrors, inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Session } from '../../mysql/session.ts'
import { name, type Sql, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import type { PgPlace } from '../../postgres/catalog.ts'
import type { PgSession } from '../../postgres/session.ts'
import { quoteName } from '../../postgres/sql.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { CopyColumn } from './columns.ts'
import type { CopyRequest } from './copy-request.ts'

interface Sides {
  readonly request: CopyRequest
  readonly table: Table
  readonly columns: readonly CopyColumn[]
  readonly place: PgPlace
}

/** `before` are rows of the source that the run does not read. @throws InputErrors with the columns. */
export async function refuseEmptyColumns(
  session: Session,
  target: PgSession,
  { request, table, columns, place }: Sides,
  before: Sql,
): Promise<void> {
  const { as, by } = request
  const errors = []
  for (const { source, target: there, isKey } of columns) {
    if (isKey || place.table?.columns.find(each => each.name === there.name)?.isNullable !== true) continue
    const hasValue = await target.value(
      `SELECT EXISTS (SELECT FROM ${quoteName(as.schema, as.table)} WHERE ${quoteName(there.name)} IS NOT NULL)`,
      `looking at ${pgTableText(as)}`,
    )
    if (hasValue === 't') continue
    const stay = await session.cells(
      sql`SELECT 1 FROM ${tableSql(table)} WHERE ${name(source.name)} IS NOT NULL AND ${before} LIMIT 1`,
      `looking at ${tableText(table)}`,
    )
    if (stay.length === 0) continue
    errors.push(
      inputError(
        `${source.name} came to ${tableText(table)} since the last copy, and has values in rows that this run would not read`,
        {
          next: `They would stay NULL in ${pgTableText(as)}. Bring them once with --full, with the same --by ${by}.`,
        },
      ).data,
    )
  }
  if (errors.length > 0) throw new InputErrors(errors)
}
