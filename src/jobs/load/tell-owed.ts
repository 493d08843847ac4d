/** Says of a table what an earlier load owes to it, whatever job comes next. */
import type { Session } from '../../mysql/session.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import type { Emit } from '../../run/events.ts'
import { owedIndexes } from './owed-indexes.ts'

export async function tellOwed(session: Session, table: TableName, emit: Emit): Promise<void> {
  const owed = (await owedIndexes(session, table)) ?? []
  if (owed.length === 0) return
  emit({
    event: 'note',
    host: session.source,
    text: `a load took indexes of ${tableText(table)} away that are still owed: ${owed.map(each => each.name).join(', ')}; \`ops db load ${session.source} ${tableText(table)} --put-back\` puts them back, unless it is still at work`,
  })
}
