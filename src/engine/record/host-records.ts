/** Asks a host for the records that runs have left there: one trip, in which nothing is changed. */
import { newestFirst } from '../../run/run-id.ts'
import type { Session } from '../../run/session.ts'
import { bareShell } from '../../shell/library.ts'
import { quote } from '../../shell/quote.ts'
import { placesFunction } from '../../shell/watchdog.ts'
import hostRecordsText from './host-records.sh'
import { type HostRecord, readRecord } from './read-record.ts'

const question = bareShell(hostRecordsText)

/** The newest `most` records of the user that we act as, or those whose run begins with `run`; the newest first. What files held is in those of a `run`, or where they are asked for whole. */
export async function hostRecords(
  session: Session,
  {
    run = '',
    most = 20,
    whole = false,
    counted = () => {},
  }: {
    readonly run?: string
    readonly most?: number
    readonly whole?: boolean /** Told how many there are. */
    readonly counted?: (count: number) => void
  },
): Promise<readonly HostRecord[]> {
  const records: HostRecord[] = []
  const asked = `ops_wanted=${quote(run)} ops_most=${most} ops_whole=${whole ? 'yes' : ''}\n`
  await session.trip(`${placesFunction}${asked}${question}`, {
    silenceMs: 60_000,
    frame: ({ kind, body }) => {
      if (kind === 'count') counted(Number(body.toString('utf8')))
      const record = kind === 'record' ? readRecord(body.toString('utf8')) : undefined
      if (record) records.push(record)
    },
  })
  return records.sort(newestFirst)
}
