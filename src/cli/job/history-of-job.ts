/** Reads the runs of a job, and asks its server about those that have no end. */
import { type ErrorData, firstErrorOf, InputErrors, inputError } from '../../base/errors.ts'
import { once } from '../../base/once.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { RunStory } from '../../jobs/history/record.ts'
import { isLockHeld } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import { parseTableName } from '../../mysql/table-name.ts'
import { atField, checkFields } from '../db/job-fields.ts'
import { openSource } from '../db/on-source.ts'
import { chooseSource } from '../db/source.ts'
import type { CommonSettings } from '../flags.ts'
import type { ReportSession } from '../report-session.ts'
import type { LoadedJob } from './load-job.ts'

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
  const open = once(() => openNamed(source, settings, session))
  const run = { ...session, settings, source, database: known, planNotes: [], inventory, open }
  const records = await verb.records(request, run)
  const stories = await records.last(last)
  const unended = stories.filter(story => !story.ended)
  const told = unended.filter(story => story.isRunning).map(story => story.begun.run)
  const asked = unended.filter(story => story.isRunning === undefined)
  return { stories, running: asked.length === 0 ? new Set(told) : await runningOf(asked, open) }
}

async function openNamed(source: string, settings: CommonSettings, session: ReportSession): Promise<Server> {
  const errors: ErrorData[] = []
  const chosen = await chooseSource(source, settings, errors)
  if (!chosen) throw new InputErrors(errors)
  return openSource(chosen, settings, session)
}

/** Of several without an end only the newest can hold the lock. */
async function runningOf(
  unended: readonly RunStory[],
  open: () => Promise<Server>,
): Promise<ReadonlySet<string> | string> {
  try {
    const newest = unended.at(-1)
    const isHeld = newest !== undefined && (await isLockHeld(await open(), newest.begun.title))
    return new Set(isHeld ? [newest.begun.run] : [])
  } catch (thrown) {
    return firstErrorOf(thrown).title
  }
}
