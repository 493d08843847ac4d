/**
 * The next number of an AUTO_INCREMENT column: servers count it on with rows that are taken back as well, and never back
 * again. A load that stored nothing says so where it did.
 */
import { errorDataOf, OpsError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { numberIn } from '../../mysql/create-table.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'

/** Undefined: the table has no such column. */
export async function nextNumber(session: Session, table: Table): Promise<bigint | undefined> {
  if (!table.columns.some(each => each.isAutoIncrement)) return undefined
  const [record] = await session.records(
    sql`SHOW CREATE TABLE ${tableSql(table)}`,
    `looking at ${tableText(table)}`,
  )
  return numberIn(record?.['Create Table'] ?? '') ?? 1n
}

/** The same failure of a transaction that was taken back after rows were sent, with what is true of the next number now. */
export async function withNextNumber(
  session: Session,
  table: Table,
  before: bigint | undefined,
  failure: unknown,
): Promise<unknown> {
  if (before === undefined || session.lost !== undefined) return failure
  const now = await nextNumber(session, table).catch(() => before)
  if (now === undefined || now === before) return failure
  const data = errorDataOf(failure)
  const said = `The next AUTO_INCREMENT number of ${tableText(table)} is ${now} now, and was ${before}: the server counts rows that it took back, and others may have added rows too.`
  return new OpsError(
    {
      ...data,
      detail: data.detail === undefined ? said : `${data.detail}\n${said}`,
      changed: 'yes',
      next: `${data.next ?? ''} ALTER TABLE ${tableText(table)} AUTO_INCREMENT = ${before} puts the number back, as far as no row has it.`.trim(),
    },
    { cause: failure },
  )
}
