/** From the `--to` of a command line to a store that is closed with the run. */
import type { Inventory } from '../../inventory/inventory.ts'
import type { RunRecords } from '../../jobs/history/record.ts'
import type { Store } from '../../store/store.ts'
import type { ReportSession } from '../report-session.ts'

/** Nothing is contacted yet. @throws OpsError `input` where the text names no store. */
export async function openTarget(
  to: string,
  sse: string | undefined,
  { atEnd, inventory }: Pick<ReportSession, 'atEnd'> & { readonly inventory: Inventory },
): Promise<Store> {
  const { openTargetStore } = await import('../target-store.ts')
  const store = openTargetStore(to, inventory, sse)
  atEnd.push(() => store.close())
  return store
}

/** The history of a job, next to its data in such a store. */
export async function recordsIn(
  to: string,
  sse: string | undefined,
  place: Parameters<typeof openTarget>[2],
): Promise<RunRecords> {
  const { storeRecords } = await import('../../jobs/history/store-records.ts')
  return storeRecords(await openTarget(to, sse, place))
}
