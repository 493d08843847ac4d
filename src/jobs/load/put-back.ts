/** `--put-back`: puts indexes back that an earlier load owes, and does nothing else. */
import { holdLock } from '../../mysql/named-lock.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import type { JobPlan } from '../../run/job-events.ts'
import { owedIndexes, putBack } from './owed-indexes.ts'
import type { LoadContext } from './run-load.ts'

/** Answers whether it ran. */
export async function putBackIndexes(
  table: TableName,
  { server, emit, confirm, plansOnly }: Omit<LoadContext, 'standardInput'>,
): Promise<boolean> {
  const session = await server.session()
  const owed = await owedIndexes(session, table)
  const title = `put back indexes of ${tableText(table)}`
  const plan: JobPlan = {
    job: 'load',
    source: server.name,
    title,
    facts: (owed ?? []).map(({ name, definition }) => ({ name, text: definition })),
    notes: [],
    data: { table: tableText(table), owedIndexes: (owed ?? []).map(each => each.name) },
    isEmpty: owed === undefined,
  }
  emit({ event: 'job-plan', ...plan })
  if (owed === undefined) return true
  if (plansOnly || (confirm && !(await confirm(plan)))) return false
  const lock = await holdLock(server, `load ${tableText(table)}`)
  try {
    const names = await putBack(session, table)
    emit({
      event: 'job-end',
      job: 'load',
      source: server.name,
      title,
      status: 'ok',
      facts: [
        { name: 'back', text: names.length === 0 ? 'all of them were there already' : names.join(', ') },
      ],
      notes: [],
      data: { table: tableText(table), indexes: names },
    })
    return true
  } finally {
    await lock.release()
  }
}
