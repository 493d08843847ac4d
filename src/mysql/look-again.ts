/**
 * A look at a table that a run has looked at before: what would be wrong input at the beginning has become so meanwhile, by
 * somebody else, after work may have been done.
 */
import { OpsError } from '../base/errors.ts'
import { NoSuchTable } from './catalog.ts'
import { movedTable } from './moved-table.ts'
import { errorNumber } from './mysql-error.ts'
import type { TableName } from './table-name.ts'

/** ER_NO_SUCH_TABLE, ER_BAD_DB_ERROR. */
const gone = [1146, 1049]

/** `during` and `next`: what the run was at, as `archiving its rows`, and what is true and to be done. @throws OpsError `moved` */
export async function lookAgain<T>(
  look: () => Promise<T>,
  table: TableName,
  { source, during, next }: { readonly source: string; readonly during: string; readonly next: string },
): Promise<T> {
  try {
    return await look()
  } catch (thrown) {
    const isGone = thrown instanceof NoSuchTable || gone.includes(errorNumber(thrown) ?? 0)
    if (!isGone && !(thrown instanceof OpsError && thrown.data.code === 'input')) throw thrown
    const { title = '', detail } = thrown instanceof OpsError ? thrown.data : {}
    const said = isGone
      ? 'the table is gone: it was dropped or renamed, or the account may not see it any more'
      : title.replace(`${source}: `, '')
    throw movedTable({
      source,
      table,
      during,
      text: said,
      detail: isGone ? undefined : detail,
      next,
      cause: thrown,
    })
  }
}
