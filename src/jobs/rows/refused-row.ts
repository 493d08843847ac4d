/** What a server refuses of a saved row is for a rule of the table that it goes into: a CHECK, a foreign key, partitions. */
import { type OpsError, retold } from '../../base/errors.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'

/** The same error with the way out, unless it has one; `what` was taken back, as `of this batch`. */
export function refusedRow(thrown: unknown, what: string): OpsError {
  const number = errorNumber(thrown)
  const isCheck = number === serverErrors.checkOfMariadb || number === serverErrors.checkOfMysql
  const way = isCheck ? withoutCheck : elsewhere
  return retold(thrown, ({ next = way }) => ({ next: `Nothing ${what} was restored. ${next}` }))
}

const elsewhere = 'Restore into a table of its own with --into, and move the rows from there.'

/** A table that a restore makes has the CHECK as well. */
const withoutCheck =
  'The row is older than that CHECK, or came while checks were off. Make a table like this one (CREATE TABLE ... LIKE), take the CHECK from it (SHOW CREATE TABLE tells its name), and name that table with --into.'
