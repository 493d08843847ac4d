/** One way into a data job, whether flags or a job file say what it shall do: options checked, source found, plan, question, work. */
import type { Command } from 'commander'
import { type ErrorData, inputError } from '../../base/errors.ts'
import { once } from '../../base/once.ts'
import type { RunRecords } from '../../jobs/history/record.ts'
import type { JobKind, JobShape, ValuesOf } from '../../jobs/options.ts'
import { parseTableName, type TableName } from '../../mysql/table-name.ts'
import type { Screen } from '../../report/screen.ts'
import type { JobPlan } from '../../run/job-events.ts'
import { helped, parseArgv } from '../argv.ts'
import { type CommonSettings, commonSettings } from '../flags.ts'
import type { StopTexts } from '../interrupt.ts'
import {
  addJobFlags,
  argvPlaces,
  atField,
  checkFields,
  type FieldPlaces,
  fieldsOfArgv,
} from './job-fields.ts'
import { confirmJob, jobStopTexts } from './job-prompts.ts'
import { dbCommand, needsYesOrPlan, type SourceRun, workOnSource } from './on-source.ts'
import { recordRun } from './recorded-run.ts'
import { chooseSource } from './source.ts'

/** What a kind of job is to the command line. `Request` is what it makes of its options. */
export interface JobVerb<Shape extends JobShape, Request> {
  readonly kind: JobKind<Shape>
  /** What follows the verb in its help. */
  readonly usage: string
  readonly description: string
  /** Checks what the types alone cannot; `refuse` keeps the job from starting. Contacts nothing. */
  read(values: ValuesOf<Shape>, given: JobGiven): Request
  /** What a signal is answered with while it runs; undefined: as for every job. */
  readonly stopTexts?: StopTexts
  /** What errors, progress and history call it, as `archive app.events`. */
  title(request: Request): string
  /** Where its runs are written down. */
  records?(request: Request, run: SourceRun): Promise<RunRecords>
  /** Plans, asks and works. Answers with the exit code. */
  work(request: Request, run: JobRun): Promise<number>
}

export interface JobGiven {
  refuse(name: string, problem: string, next: string): void
  /** An option that is DB.TABLE; the source may name the database. */
  table(name: string, text: string): TableName
}

export interface JobRun extends SourceRun {
  /** Only look. */
  readonly plan: boolean
  /** A person will be asked, which may take its time. */
  readonly asks: boolean
  /** Undefined where nobody is to be asked, and nothing is to be written down. */
  confirm(question: (plan: JobPlan) => string): ((plan: JobPlan) => Promise<boolean>) | undefined
}

/** What was asked for, from wherever. */
export interface AskedJob {
  /** As errors call it: `ops db archive`. */
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly places: FieldPlaces
  readonly settings: CommonSettings
  readonly plan: boolean
  readonly yes: boolean
  readonly errors: ErrorData[]
  /** The job file; undefined: flags said all. */
  readonly job?: string
  /** Told of the errors that ended it. */
  readonly refused?: (errors: readonly ErrorData[]) => void
}

/** `ops db KIND ...`. */
export async function runJobVerb<Shape extends JobShape, Request>(
  verb: JobVerb<Shape, Request>,
  argv: readonly string[],
  screen: Screen,
): Promise<number> {
  const { kind } = verb
  const command: Command = dbCommand(kind.name, verb.usage, verb.description, true)
  addJobFlags(command, kind)
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const fields = fieldsOfArgv(kind, operands, options, errors)
  const answers = needsYesOrPlan(`db ${kind.name}`, { options, errors })
  const places = argvPlaces(kind)
  return runJob(verb, { name: command.name(), fields, places, settings, errors, ...answers }, screen)
}

/** Contacts nothing before all that is wrong was told. */
export async function runJob<Shape extends JobShape, Request>(
  verb: JobVerb<Shape, Request>,
  { name, fields, places, settings, plan, yes, errors, job, refused }: AskedJob,
  screen: Screen,
): Promise<number> {
  const { source } = fields
  const values = checkFields(verb.kind, fields, places, errors)
  const chosen = typeof source === 'string' ? await chooseSource(source, settings, errors) : undefined
  const refuse = (field: string, problem: string, next: string): void => {
    const label = verb.kind.operands.includes(field) ? '' : `${places.label(field)}: `
    errors.push(atField(places, field, `${label}${problem}`, next))
  }
  const table = (field: string, text: string): TableName => {
    const parsed = parseTableName(text, chosen?.database.database)
    if (!('problem' in parsed)) return parsed
    refuse(field, parsed.problem, 'Write DB.TABLE, a name with dots or blanks in backquotes.')
    return { database: '', table: '' }
  }
  const request = values && verb.read(values, { refuse, table })
  return workOnSource(
    { name, chosen, errors, settings, stopTexts: verb.stopTexts ?? jobStopTexts, looksOnly: plan, refused },
    screen,
    async run => {
      // Only where something is wrong is there no request, and then this is not reached.
      if (request === undefined) throw inputError(`${name} has no options`)
      const { report, secrets } = run
      const ask: JobRun['confirm'] = question => confirmJob(run, yes || plan, question)
      const asks = ask(() => '') !== undefined
      const { records } = verb
      if (!records || plan) return verb.work(request, { ...run, plan, asks, confirm: ask })
      const recorded = recordRun(
        report.emit,
        secrets,
        once(() => records(request, run)),
        { job: verb.kind.name, title: verb.title(request), source: run.source, name: job },
      )
      const confirm: JobRun['confirm'] = question => async shown => {
        recorded.asked(asks)
        const isAgreed = (await ask(question)?.(shown)) ?? true
        recorded.asked(asks && !isAgreed)
        if (isAgreed) await recorded.begin(shown)
        return isAgreed
      }
      try {
        const code = await verb.work(request, {
          ...run,
          report: { ...report, emit: recorded.emit },
          plan,
          asks,
          confirm,
        })
        await recorded.end(undefined)
        return code
      } catch (thrown) {
        await recorded.end(thrown)
        throw thrown
      }
    },
  )
}
