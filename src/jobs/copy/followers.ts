/** Rows of other tables that go or change with deleted or changed rows of the target: nobody asked for that, and no copy brings them back. */
import { InputErrors, inputError } from '../../base/errors.ts'
import type { Key } from '../../mysql/keys.ts'
import type { PgPlace } from '../../postgres/catalog.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { CopyRequest } from './copy-request.ts'

/**
 * Call it where rows of the target may be deleted.
 * @throws InputErrors with each foreign key that leads to the target and does more than to refuse.
 */
export function refuseFollowers({ request, place }: { request: CopyRequest; place: PgPlace }): void {
  const followers = (place.table?.followers ?? []).filter(each => each.onDelete !== undefined)
  if (request.deletes === 'soft' || followers.length === 0) return
  const where = pgTableText(request.as)
  throw new InputErrors(
    followers.map(
      ({ table, constraint, onDelete }) =>
        inputError(
          `deleting from ${where} would ${onDelete === 'CASCADE' ? 'delete' : 'change'} rows of ${table} too: its foreign key ${constraint} is ON DELETE ${onDelete}`,
          {
            next: `Let that key be NO ACTION: a row that others refer to ends the run then, and nothing is copied. Or let rows that are gone get a mark: --deletes soft.`,
          },
        ).data,
    ),
  )
}

/** Told in the plan: a copy never writes columns of its own key anew, but others may be referred to as well. */
export function followerNotes({
  request,
  place,
  key,
}: {
  readonly request: CopyRequest
  readonly place: PgPlace
  readonly key: Key
}): readonly string[] {
  const where = pgTableText(request.as)
  return (place.table?.followers ?? []).flatMap(({ table, constraint, onUpdate, columns }) => {
    const written = columns.filter(each => !key.columns.includes(each))
    if (onUpdate === undefined || written.length === 0) return []
    return [
      `where the run changes ${written.join(', ')} of a row of ${where}, rows of ${table} that refer to it change too: its foreign key ${constraint} is ON UPDATE ${onUpdate}`,
    ]
  })
}
