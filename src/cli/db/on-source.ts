/** What the sub-verbs of `ops db` share: argv, the source, the report around it, and an orderly end. */
import type { Command } from 'commander'
import { type ErrorData, InputErrors, inputError, OpsError, retold } from '../../base/errors.ts'
import { once } from '../../base/once.ts'
import { openSecretNotes } from '../../base/open-secrets.ts'
import { plainBehindHost } from '../../inventory/database.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { Server } from '../../mysql/server.ts'
import { parseTableName, type TableName } from '../../mysql/table-name.ts'
import type { Screen } from '../../report/screen.ts'
import { parseArgv, verbCommand } from '../argv.ts'
import { addConnectionFlags, type CommonSettings, commonSettings } from '../flags.ts'
import type { StopTexts } from '../interrupt.ts'
import { isInteractive } from '../prompts.ts'
import { type ReportSession, underReport } from '../report-session.ts'
import { onOwnWay } from '../scheduled-job.ts'
import { type ChosenSource, chooseSource, serverPlace } from './source.ts'

/** What a sub-verb works with. */
export interface SourceRun extends ReportSession {
  readonly settings: CommonSettings
  /** What the user called the source. */
  readonly source: string
  /** What each plan says besides: of the ways to the servers. */
  readonly planNotes: string[]
  /** The database that the source names, where it names one. */
  readonly database: string | undefined
  readonly inventory: Inventory
  /** Logs in at the first call, with the first session tried; closed at the end by itself. */
  open(): Promise<Server>
}

/** A command with the flags of every verb that logs in; `asks` adds those of a verb that changes something. */
export function dbCommand(name: string, usage: string, description: string, asks = false): Command {
  const command = addConnectionFlags(verbCommand(`db ${name}`, usage, description))
  for (const option of command.options) {
    if (['--become-user', '--no-become', '--ask-become-pass', '--limit'].includes(option.long ?? ''))
      option.hidden = true
  }
  if (asks) {
    command
      .option('--plan', 'show what would be done; touch nothing')
      .option('-y, --yes', 'go on without asking')
  }
  return command
}

/** What the user gave, checked by the sub-verb itself: `read` adds to `errors` what is wrong. */
export interface GivenWords {
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  readonly errors: ErrorData[]
  /** The database that the source names. */
  readonly database: string | undefined
}

export interface OnSource<Request> {
  readonly stopTexts?: StopTexts
  /** Whether it changes nothing, whatever happens. */
  readonly looksOnly?: (request: Request) => boolean
}

/** Parses, finds the source, and works under a report. Nothing is contacted before all that is wrong was told. */
export async function onSource<Request>(
  command: Command,
  argv: readonly string[],
  screen: Screen,
  read: (given: GivenWords) => Request | Promise<Request>,
  work: (request: Request, run: SourceRun) => Promise<number>,
  { stopTexts, looksOnly }: OnSource<Request> = {},
): Promise<number> {
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const [word, ...rest] = operands
  if (word === undefined && errors.length === 0) {
    const next =
      'A source is a section [db NAME] of ops.ini, a host, or mysql://USER@HOST:PORT/DB?via=SSHHOST.'
    errors.push(inputError('no source given', { next }).data)
  }
  const chosen = word === undefined ? undefined : await chooseSource(word, settings, errors)
  const request = await read({ operands: rest, options, errors, database: chosen?.database.database })
  const isLook = looksOnly?.(request)
  return workOnSource(
    { name: command.name(), chosen, errors, settings, stopTexts, looksOnly: isLook },
    screen,
    run => work(request, run),
  )
}

/** What was found out before anything is contacted. */
export interface FoundSource {
  /** What the user runs, as `ops db archive`. */
  readonly name: string
  readonly chosen: ChosenSource | undefined
  readonly errors: readonly ErrorData[]
  readonly settings: CommonSettings
  readonly stopTexts?: StopTexts | undefined
  /** It changes nothing. A verb that changes something begins after its plan was told. */
  readonly looksOnly?: boolean | undefined
  /** Told of the errors that ended the work. */
  readonly refused?: ((errors: readonly ErrorData[]) => void) | undefined
}

/** Works under a report, unless something is wrong, which is told then. */
export async function workOnSource(
  { name, chosen, errors, settings, stopTexts, looksOnly = false, refused }: FoundSource,
  screen: Screen,
  work: (run: SourceRun) => Promise<number>,
): Promise<number> {
  return underReport(
    screen,
    { ...settings, ...(stopTexts && { stopTexts }), ...(refused && { refused }) },
    async session => {
      if (!chosen || errors.length > 0) throw new InputErrors(errors)
      let isUntouched = true
      const onPlan = (): void => {
        isUntouched = looksOnly
      }
      try {
        return await work(sourceRun(chosen, settings, session, onPlan))
      } catch (thrown) {
        // The connections were cut on purpose: what that looks like from inside is no news.
        if (session.interrupt.level !== 'hard')
          throw onOwnWay(isUntouched ? nothingChanged(thrown) : thrown, chosen.inventory.file)
        const again = 'Run the same command again: it looks at both sides first and goes on from there.'
        const done = thrown instanceof OpsError && thrown.data.changed === 'yes' ? thrown.data : undefined
        throw new OpsError({
          code: 'interrupted',
          title: `${name} was stopped half-way`,
          ...(done?.detail !== undefined && { detail: done.detail }),
          changed: isUntouched ? 'no' : done ? 'yes' : 'unknown',
          next: isUntouched ? again : `The server rolls back what was not committed. ${again}`,
        })
      }
    },
  )
}

/** Whoever only looked knows that nothing was changed, also where the connection was lost. */
export function nothingChanged(thrown: unknown): unknown {
  const isUnknown = thrown instanceof OpsError && thrown.data.changed === 'unknown'
  return isUnknown ? retold(thrown, () => ({ changed: 'no' })) : thrown
}

function sourceRun(
  chosen: ChosenSource,
  settings: CommonSettings,
  session: ReportSession,
  onPlan: () => void,
): SourceRun {
  const planNotes = [plainBehindHost(chosen.database)].filter(each => each !== undefined)
  const { report } = session
  return {
    ...session,
    report: {
      ...report,
      emit(event) {
        if (event.event !== 'job-plan') return report.emit(event)
        onPlan()
        report.emit({ ...event, notes: [...event.notes, ...planNotes, ...openSecretNotes()] })
      },
    },
    planNotes,
    settings,
    source: chosen.database.name,
    database: chosen.database.database,
    inventory: chosen.inventory,
    open: once(() => openSource(chosen, settings, session)),
  }
}

/** Logs in to a source; closed with the session. */
export async function openSource(
  chosen: ChosenSource,
  settings: CommonSettings,
  session: ReportSession,
): Promise<Server> {
  if (chosen.database.engine !== 'mysql') {
    throw inputError(`${chosen.database.name} is no MySQL or MariaDB server`, {
      next: 'This verb reads from MySQL and MariaDB alone.',
    })
  }
  const { openServer } = await import('../../mysql/server.ts')
  const server = await openServer(await serverPlace(chosen, settings, session))
  session.atEnd.push(() => server.close())
  session.interrupt.listen(level => {
    if (level === 'hard') server.abort()
  })
  const { replicas = [] } = chosen.database
  return { ...server, openReplicas: once(() => openReplicas(replicas, settings, session)) }
}

async function openReplicas(
  words: readonly string[],
  settings: CommonSettings,
  session: ReportSession,
): Promise<readonly Server[]> {
  const errors: ErrorData[] = []
  const chosen = await Promise.all(words.map(word => chooseSource(word, settings, errors)))
  if (errors.length > 0) throw new InputErrors(errors)
  const found = chosen.filter(each => each !== undefined)
  return Promise.all(found.map(each => openSource(each, settings, session)))
}

/** The operand DB.TABLE; adds to `errors` what is wrong with it. */
export function tableOperand({ operands, database, errors }: GivenWords, index = 0): TableName {
  const word = operands[index]
  const next = 'Write DB.TABLE, a name with dots or blanks in backquotes.'
  const parsed = word === undefined ? { problem: 'no table given' } : parseTableName(word, database)
  if (!('problem' in parsed)) return parsed
  errors.push(inputError(parsed.problem, { next }).data)
  return { database: '', table: '' }
}

/** A verb that changes something needs a yes: a flag, or a person at a terminal. `look`: what only looks. */
export function needsYesOrPlan(
  verb: string,
  { options, errors }: Pick<GivenWords, 'options' | 'errors'>,
  look = '--plan',
): { plan: boolean; yes: boolean } {
  const plan = options.plan === true
  const yes = options.yes === true
  if (!plan && !yes && (options.json === true || !isInteractive())) {
    const why =
      options.json === true ? '--json leaves no room for the question' : 'there is no terminal to ask on'
    errors.push(
      inputError(`${verb} needs a yes, and ${why}`, { next: `Add --yes, or ${look} to look only.` }).data,
    )
  }
  return { plan, yes }
}
