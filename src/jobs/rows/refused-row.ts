/** What a server refuses of a saved row is for a rule of the table that it goes into: a CHECK, a foreign key, partitions. */
import { type OpsError, retold } from '../../base/errors.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'

/** The same error with the way out, unless it has one; `what` was taken back, as `of this batch`. */
export function refusedRow(thrown: unknown, into: TableName, what: string): OpsError {
  const number = errorNumber(thrown)
  const isCheck = number === serverErrors.checkOfMariadb || number === serverErrors.checkOfMysql
  const way = isCheck ? withoutCheck(tableText(into)) : elsewhere
  return retold(thrown, ({ next = way }) => ({ next: `Nothing ${what} was restored. ${next}` }))
}

const elsewhere = 'Restore into a table of its own with --into, and move the rows from there.'

/** A table that a restore makes has the CHECK as well. */
function withoutCheck(where: string): string {
  return `A row is older than that CHECK, or came while checks were off. Make a table without it, and name it with --into: CREATE TABLE NAME LIKE ${where}; ALTER TABLE NAME DROP CONSTRAINT ... (of a CHECK that stands at its column: MODIFY the column without it).`
}
