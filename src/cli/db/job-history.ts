/** Reads the runs of a job, and asks its server about those that have no end. */
import { type ErrorData, errorDataOf, InputErrors, inputError } from '../../base/errors.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { RunStory } from '../../jobs/history/record.ts'
import { isLockHeld } from '../../mysql/named-lock.ts'
import { parseTableName } from '../../mysql/table-name.ts'
import type { CommonSettings } from '../flags.ts'
import type { LoadedJob } from '../job/load-job.ts'
import type { ReportSession } from '../report-session.ts'
import { atField, checkFields } from './job-fields.ts'
import { openSource } from './on-source.ts'
import { chooseSource } from './source.ts'

export interface History {
  readonly stories: readonly RunStory[]
  /** The names of runs that go on; a text: why that is not known. */
  readonly running: ReadonlySet<string> | string
}

interface Asked {
  readonly settings: CommonSettings
  readonly session: ReportSession
  readonly inventory: Inventory
  readonly last: number
}

/** The server is contacted only where a run has no end. */
export async function historyOf(
  { job, verb, places, name }: LoadedJob,
  { settings, session, inventory, last }: Asked,
): Promise<History> {
  const errors: ErrorData[] = []
  const values = checkFields(verb.kind, job.fields, places, errors)
  const source = String(job.fields.source)
  const known = inventory.databases.get(source)?.database
  const request =
    values &&
    verb.read(values, {
      refuse: (field, problem, next) => errors.push(atField(places, field, problem, next)),
      table: (_, text) => {
        const parsed = parseTableName(text, known ?? 'unknown')
        return 'problem' in parsed ? { database: '', table: text } : parsed
      },
    })
  if (errors.length > 0) throw new InputErrors(errors)
  if (!verb.records) throw inputError(`${name}: ${verb.kind.name} keeps no history`)
  const records = await verb.records(request, { atEnd: session.atEnd, inventory })
  const stories = await records.last(last)
  const open = stories.filter(story => !story.ended)
  if (open.length === 0) return { stories, running: new Set() }
  return { stories, running: await runningOf(open, source, settings, session) }
}

/** Of several without an end only the newest can hold the lock. */
async function runningOf(
  open: readonly RunStory[],
  source: string,
  settings: CommonSettings,
  session: ReportSession,
): Promise<ReadonlySet<string> | string> {
  const errors: ErrorData[] = []
  const chosen = await chooseSource(source, settings, errors)
  if (!chosen) return errors[0]?.title ?? 'it is not known'
  try {
    const server = await openSource(chosen, settings, session)
    const newest = open.at(-1)
    const isHeld = newest !== undefined && (await isLockHeld(server, newest.begun.title))
    return new Set(isHeld ? [newest.begun.run] : [])
  } catch (thrown) {
    return errorDataOf(thrown).title
  }
}
