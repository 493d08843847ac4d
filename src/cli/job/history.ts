/** `ops job history [NAME]`: what the runs of a job did, read from where they wrote it down, next to their data. */
import { type ErrorData, firstErrorOf, InputErrors, inputError, OpsError } from '../../base/errors.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { readInventory } from '../../inventory/read.ts'
import type { RunStory } from '../../jobs/history/record.ts'
import { findJob, findJobs, type RecipeSource } from '../../recipe/find.ts'
import { failedText, historyText, type RunRow } from '../../report/history-text.ts'
import { helped, parseArgv } from '../argv.ts'
import { exitCodes } from '../exit-code.ts'
import { commonSettings } from '../flags.ts'
import { underReport } from '../report-session.ts'
import type { VerbContext } from '../verb.ts'
import { historyOf } from './history-of-job.ts'
import { historyOnHost } from './history-on-host.ts'
import { absolute, jobCommand } from './job-command.ts'
import { type LoadedJob, loadJobFile } from './load-job.ts'

const description =
  'Shows each run of a job in a few lines: rows, bytes, time, what stayed and why, where its log is. Runs are written down next to the data, so that any machine can read them; of one that was killed no end is recorded, and it is shown so.'

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = jobCommand('history', '[NAME]', description)
    .option('--last <n>', 'so many runs of each job (default: 10)')
    .option(
      '--on <host>',
      'what that host tells of a job that it runs, or ran, by itself (`ops job schedule`)',
    )
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = absolute(commonSettings(options, errors))
  const last = options.last === undefined ? 10 : Number(options.last)
  if (!Number.isInteger(last) || last < 1 || last > 1000)
    errors.push(
      inputError(`--last ${String(options.last)}: not a whole number from 1 to 1000`, {
        next: 'Write a number, such as --last 20.',
      }).data,
    )
  const { on } = options
  const [named] = operands
  if (typeof on === 'string' && named === undefined)
    errors.push(
      inputError('--on goes with the name of one job', { next: `Write ops job history NAME --on ${on}.` })
        .data,
    )
  if (errors.length > 0) throw new InputErrors(errors)
  if (typeof on === 'string' && named !== undefined)
    return underReport(screen, settings, async session => {
      const { rows, isOver } = await historyOnHost(named, on, last, settings, session)
      tell(
        screen,
        settings.json,
        named,
        rows,
        `${named} on ${on}${isOver ? ', whose schedule there was taken away' : ''}`,
      )
      return 0
    })
  const jobs = await chosenJobs(operands)
  const [first] = jobs.flatMap(each => ('project' in each ? [each] : []))
  if (first) process.chdir(first.project)
  return underReport(screen, settings, async session => {
    const inventory = readInventory(
      settings.inventoryFile === undefined ? {} : { file: settings.inventoryFile },
    )
    // One that cannot be told is told as that; the others are told all the same.
    const failed: ErrorData[] = []
    const tellFailed = (name: string, error: ErrorData): void => {
      failed.push(error)
      if (settings.json) screen.out(`${JSON.stringify({ event: 'error', job: name, error })}\n`)
      else screen.out(`${failedText(name, error.title, screen.style)}\n`)
    }
    for (const job of jobs) {
      if ('error' in job) {
        tellFailed(job.name, job.error)
        continue
      }
      try {
        const found = await historyOf(job, { settings, session, inventory, last })
        const rows = found.stories.map(story => rowOf(story, found.running, job.name))
        tell(screen, settings.json, job.name, rows)
        const elsewhere = settings.json ? undefined : ownFolderOf(job, inventory)
        if (elsewhere !== undefined) screen.out(`  ${screen.style.dim(elsewhere)}\n`)
      } catch (thrown) {
        if (jobs.length === 1) throw thrown
        tellFailed(job.name, firstErrorOf(thrown))
      }
    }
    if (failed.length === 0) return 0
    return failed.some(each => each.code === 'input') ? exitCodes.input : exitCodes.failed
  })
}

function tell(
  screen: VerbContext['screen'],
  json: boolean,
  job: string,
  rows: readonly RunRow[],
  title = job,
): void {
  if (json) for (const row of rows) screen.out(`${JSON.stringify({ event: 'job-run', job, ...row })}\n`)
  else screen.out(`${historyText(title, rows, screen.style)}\n`)
}

/** A folder is one of the machine that runs the job: another machine has its own, with a history of its own. */
function ownFolderOf({ job, name }: LoadedJob, inventory: Inventory): string | undefined {
  const { to } = job.fields
  if (typeof to !== 'string' || to.includes('://') || inventory.databases.has(to)) return undefined
  return `These are the runs that saved into ${to} of this machine. A host that runs it by itself has its own: ops job history ${name} --on HOST`
}

/** A file that is no job, with what is wrong with it. */
interface BrokenJob {
  readonly name: string
  readonly error: ErrorData
}

/** A host may tell of one whose file is not here any more. */
function sourceOf(name: string): RecipeSource {
  try {
    return findJob(name, process.cwd())
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown
    const { next } = thrown.data
    const there = `A host tells of one that it ran by itself: ops job history ${name} --on HOST.`
    throw new OpsError({ ...thrown.data, next: next === undefined ? there : `${next} ${there}` })
  }
}

/** Those that are named must be whole. */
async function chosenJobs(names: readonly string[]): Promise<readonly (LoadedJob | BrokenJob)[]> {
  if (names.length > 0) return Promise.all(names.map(name => loadJobFile(sourceOf(name), true)))
  const found = findJobs(process.cwd())
  if (found.length === 0)
    throw inputError('there are no jobs here', { next: '`ops job --help` shows what one looks like.' })
  return Promise.all(
    found.map(source =>
      loadJobFile(source, false).catch((thrown: unknown) => ({
        name: source.name,
        error: firstErrorOf(thrown, 'input'),
      })),
    ),
  )
}

/**
 * `running`: what the server says of those without an end; a text is the reason why it could not be asked. Whatever wrote into the
 * same place is in the history, also what somebody typed: it is told as that.
 */
function rowOf(
  { begun, ended, log, broken }: RunStory,
  running: ReadonlySet<string> | string,
  job: string,
): RunRow {
  const { title, source, startedAt, by, run } = begun
  const startedAs =
    begun.name === job || begun.version === ''
      ? undefined
      : begun.name === undefined
        ? `typed by hand as \`ops db ${begun.job}\``
        : `as job ${begun.name}`
  const logs = [
    ...(log === undefined ? [] : [log]),
    ...(begun.log === undefined ? [] : [`${begun.log} on ${by.machine}`]),
  ]
  const row = { ...(startedAs !== undefined && { startedAs }), title, source, startedAt, by, logs }
  if (ended) {
    const { status, endedAt, facts, notes, error } = ended
    return { ...row, status, endedAt, facts, notes, error }
  }
  const nothing = { facts: [] }
  if (broken !== undefined) return { ...row, ...nothing, status: 'unknown', notes: [broken] }
  if (typeof running === 'string') {
    const notes = [
      `its end is not recorded: it was killed, or it still runs (the server could not be asked: ${running})`,
    ]
    return { ...row, ...nothing, status: 'unknown', notes }
  }
  if (running.has(run)) return { ...row, ...nothing, status: 'running', notes: [] }
  const notes = [
    'nothing holds its lock: it was killed, or could not write its end down; the next run goes on from there',
  ]
  return { ...row, ...nothing, status: 'no end recorded', notes }
}
