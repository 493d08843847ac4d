/** Writes the story of a run next to its data while it is told to the person: that it began, its events, how it ended. */
import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { type ErrorData, firstErrorOf } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import type { RunRecords } from '../../jobs/history/record.ts'
import { masked } from '../../report/mask.ts'
import { jsonLine } from '../../report/ndjson-report.ts'
import type { Emit, RunEvent } from '../../run/events.ts'
import type { JobEnd, JobFact, JobPlan } from '../../run/job-events.ts'

/** More of a log is cut off: it is for people. */
const longestLog = 1_000_000

export interface RecordedRun {
  readonly emit: Emit
  /** The person said yes, or nobody is asked. */
  begin(plan: JobPlan): Promise<void>
  /** The person said no, or may still say it: what follows is no run. */
  asked(isAsked: boolean): void
  /** `thrown`: what it ended with; undefined: well. Never throws: a job is not undone by its history. */
  end(thrown: unknown): Promise<void>
}

/** What is known of a run before it looked at anything. */
export interface NamedRun extends Pick<JobPlan, 'job' | 'title' | 'source'> {
  /** That of the job file; undefined: a command line. */
  readonly name: string | undefined
}

/**
 * `records` is asked for at the first write. A run of a job file is written down also where its look failed: nobody may have
 * seen it. A command line that was refused leaves nothing behind.
 */
export function recordRun(
  emit: Emit,
  secrets: ReadonlySet<string>,
  records: () => Promise<RunRecords>,
  named: NamedRun,
): RecordedRun {
  const { name } = named
  const firstLook = new Date()
  const lines: string[] = []
  let length = 0
  let shown: JobPlan | undefined
  const ends: JobEnd[] = []
  let run: string | undefined
  const keep = (event: RunEvent): void => {
    if (event.event === 'job-plan') shown = event
    if (event.event === 'job-end') ends.push(event)
    if (event.event === 'progress' && event.held === undefined) return
    const line = jsonLine(masked(event, secrets))
    length += line.length
    if (length < longestLog) lines.push(line)
  }
  /** What could not begin has no end either. */
  let isKept = true
  let isAsked = false
  /** What failed. */
  const told = async (write: (records: RunRecords) => Promise<void>): Promise<unknown> => {
    try {
      await write(await records())
      return undefined
    } catch (thrown) {
      return thrown
    }
  }
  const note = (source: string, problem: string, thrown: unknown): void => {
    const { title, detail } = firstErrorOf(thrown)
    const why = detail === undefined ? title : `${title} (${detail})`
    emit({ event: 'note', host: source, text: `${problem}: ${why}` })
  }
  const begin = async (
    { job, title, source }: Pick<JobPlan, 'job' | 'title' | 'source'>,
    startedAt = new Date(),
  ): Promise<void> => {
    const now = new Date()
    // With milliseconds: names sort by age, and two runs may begin in one second.
    run = `${now.toISOString().replaceAll(/[-:.]/g, '')}-${randomBytes(3).toString('hex')}`
    const log = journalOf(process.env.INVOCATION_ID)
    const begun = {
      format: 'ops-run/1' as const,
      run,
      job,
      ...(name !== undefined && { name }),
      title,
      source,
      startedAt: startedAt.toISOString(),
      by: { user: userInfo().username, machine: hostname(), pid: process.pid },
      ...(log !== undefined && { log }),
      version: opsVersion(),
    }
    const problem = await told(each => each.begin(masked(begun, secrets)))
    if (problem === undefined) return
    isKept = false
    note(source, 'this run is not in the history', problem)
  }
  return {
    begin: plan => begin(plan),
    asked: nowAsked => {
      isAsked = nowAsked
    },
    emit(event) {
      keep(event)
      emit(event)
    },
    async end(thrown) {
      // Nothing to do is a run as well; a plan alone, or a no, is none.
      if (run === undefined && shown?.isEmpty === true && thrown === undefined) await begin(shown)
      const isFailedLook = run === undefined && name !== undefined && thrown !== undefined && !isAsked
      if (isFailedLook) await begin(shown ?? named, firstLook)
      if (run === undefined) return
      const nothing =
        shown?.isEmpty === true && thrown === undefined ? [{ name: 'nothing', text: 'to do' }] : []
      const error = thrown === undefined ? undefined : firstErrorOf(thrown)
      if (error) keep({ event: 'error', error })
      const record = {
        format: 'ops-run-end/1' as const,
        run,
        endedAt: new Date().toISOString(),
        status: error?.code ?? ends.at(-1)?.status ?? 'ok',
        facts: [...ends.flatMap(each => factsOf(each, ends.length > 1)), ...nothing],
        notes: ends.flatMap(({ notes }) => notes),
        data: { ...ends.at(-1)?.data },
        ...(error && { error: errorWords(error) }),
      }
      if (!isKept) return
      const ended = masked(record, secrets)
      const problem = await told(each => each.end(ended, lines.join('')))
      if (problem === undefined) return
      // What is too small for the log, or for all that it counted, may take the end alone.
      const another = await told(each => each.end({ ...ended, data: {} }, ''))
      if (another === undefined)
        note(named.source, 'the log of this run may be missing in the history', problem)
      else note(named.source, 'the end of this run is not recorded, and the history says just that', another)
    },
  }
}

/** A restore of several tables tells an end of each. */
function factsOf({ title, facts }: JobEnd, isOneOfMany: boolean): readonly JobFact[] {
  return isOneOfMany ? facts.map(({ name, text }) => ({ name, text: `${text} (${title})` })) : facts
}

function errorWords({ title, detail, next }: ErrorData): { title: string; detail?: string; next?: string } {
  return { title, ...(detail !== undefined && { detail }), ...(next !== undefined && { next }) }
}

/** What a systemd service prints is in the journal of its machine, under the id of its invocation. */
function journalOf(invocation: string | undefined): string | undefined {
  return invocation !== undefined && /^[0-9a-f]{32}$/.test(invocation)
    ? `journalctl _SYSTEMD_INVOCATION_ID=${invocation}`
    : undefined
}
