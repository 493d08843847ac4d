/** `ops job schedule NAME HOST --at WHEN`: a recipe that makes a host run a job by itself, as it ran by hand. */
import { basename, dirname, extname, join } from 'node:path'
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Step } from '../../engine/step.ts'
import { readInventory } from '../../inventory/read.ts'
import { evaluate } from '../../recipe/evaluate.ts'
import { extensions, findJob } from '../../recipe/find.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { addConnectionFlags, addPlanFlags, commonSettings } from '../flags.ts'
import { needsYes } from '../needs-yes.ts'
import { underReport } from '../report-session.ts'
import { exitCodeOfRun, reachHosts, runSteps } from '../run-steps.ts'
import { chooseHosts, chooseReachable } from '../targets.ts'
import type { VerbContext } from '../verb.ts'
import { projectOf } from './host-places.ts'
import { type HostProject, hostProject } from './host-project.ts'
import { absolute } from './job-command.ts'
import { tellLeft } from './left-on-host.ts'
import { loadJob } from './load-job.ts'
import { type HostLook, lookAtHost, neededNode } from './look-at-host.ts'
import { packOps } from './packed-ops.ts'
import { commandOf, type Scheduled, scheduleSteps, unscheduleSteps } from './schedule-steps.ts'
import { parseSchedule, type Schedule } from './schedule-time.ts'

const description = `Makes a host run a job by itself: this very ops is sent there (it needs Node 20.17 or later), with the job and what it names, and a timer of systemd. The host proves that it can plan the job before the timer is set.
  ops job schedule archive-events db1 --at 'daily 03:00'
  ops job schedule archive-events db1 --at 'sun 04:30' --on-failure 'mail -s "job failed" ops@example.org'
  ops job schedule archive-events db1 --at 'daily 03:00' --check     compare only: exit 2 when it differs
  ops job schedule archive-events db1 --undo                         take it away; saved rows stay (the job file may be gone)
WHEN: hourly :15, daily 03:00, sun 03:00, monthly 1 03:00, or 'calendar TEXT' as systemd takes it; by the clock of the host.
The command of --on-failure gets the error as JSON on standard input.`

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = verbCommand('job schedule', "NAME HOST --at 'daily 03:00'", description)
    .option('--at <when>', 'when it runs')
    .option(
      '--on-failure <command>',
      'shell that a run which failed starts, with the error as JSON on its input',
    )
    .option('--undo', 'take the schedule away')
    .option('--plan', 'show what would be done; touch nothing')
    .option('--check', 'report drift, touch nothing: exit code 2 when something differs')
    .option('-y, --yes', 'go on without asking')
  addPlanFlags(addConnectionFlags(command))
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = absolute(commonSettings(options, errors))
  const [name, host, ...more] = operands
  if (errors.length === 0 && (name === undefined || host === undefined || more.length > 0)) {
    errors.push(
      inputError('schedule takes a job and a host', { next: 'Write ops job schedule NAME HOST --at WHEN.' })
        .data,
    )
  }
  const undo = options.undo === true
  const schedule = undo ? undefined : scheduleOf(options.at, errors)
  const verb = options.check === true ? 'check' : options.plan === true ? 'plan' : 'apply'
  const yes = options.yes === true
  if (verb === 'apply' && !yes) errors.push(...needsYes('schedule', settings.json))
  const loaded = name === undefined || undo ? undefined : await collected(errors, () => loadJob(name))
  const named = name === undefined || !undo ? loaded : await collected(errors, async () => jobByName(name))
  if (named) process.chdir(named.project)
  const chosen =
    host === undefined
      ? undefined
      : await collected(errors, () => chooseReachable([host], settings, 'machine'))
  const [only, second] = chosen?.hosts ?? []
  if (second)
    errors.push(
      inputError(`${host} stands for several hosts: schedule a job on one`, { next: 'Name one of them.' })
        .data,
    )
  const inventory = readInventory(
    settings.inventoryFile === undefined ? {} : { file: settings.inventoryFile },
  )
  const isHere = async (word: string): Promise<boolean> =>
    word === host || (await chooseHosts([host ?? '', word], settings, 'machine')).hosts.length === 1
  const project = loaded && only ? await hostProject(loaded, only.name, inventory, isHere, errors) : undefined
  return underReport(screen, settings, async session => {
    if (!named || !only || errors.length > 0 || !chosen) throw new InputErrors(errors)
    for (const { content } of project?.files ?? [])
      if (typeof content !== 'string') session.secrets.add(content.reveal())
    const [reached] = (await reachHosts(chosen, settings, session)).values()
    if (!reached) throw inputError(`ops cannot log in to ${only.name}`)
    const look = await lookAtHost(reached, session)
    const onFailure = typeof options.onFailure === 'string' ? options.onFailure : undefined
    const scheduled =
      project && schedule
        ? scheduledOf(named, project, schedule, { ...look, node: neededNode(look, 'a job'), onFailure })
        : undefined
    const isKnown = !('isGone' in named) || look.jobs.has(named.name)
    if (!scheduled && !isKnown) session.report.say(noTimer(named.name, look))
    const steps = scheduled ? scheduleSteps(scheduled) : stepsOfUndo(named, look)
    const own = evaluated(named, only.name, steps)
    const outcome = await runSteps(
      {
        verb,
        hosts: [{ ...reached, evaluate: () => ({ steps: own }) }],
        limit: 1,
        purpose: `job schedule ${named.name}`,
        yes,
      },
      session,
    )
    const ended = outcome.hosts[only.name]
    if (scheduled && verb === 'apply' && ended && !outcome.declined)
      await tellLeft(scheduled, only.name, ended, reached, session)
    const isWhole = verb !== 'apply' || ended?.status === 'ok'
    if (scheduled && isWhole && !look.hasSystemd && schedule?.cron !== undefined) {
      session.report.say(
        `${only.name} has no systemd. For its crontab, as root:\n${schedule.cron} cd ${projectOf(named.name)} && ${commandOf(scheduled)}`,
      )
    }
    if (!scheduled && !look.hasSystemd) {
      session.report.say(
        `${only.name} has no systemd: take the line of ${projectOf(named.name)} out of root's crontab (crontab -e), if one stands there.`,
      )
    }
    return exitCodeOfRun(verb, outcome)
  })
}

/** What a schedule is called, and the folder that the job file is or was run from. */
interface NamedJob {
  readonly name: string
  readonly project: string
  /** No file of this name is here: a slip of the keyboard, or the file is gone. */
  readonly isGone?: boolean
}

/** A schedule is taken away by name: the file need not work any more, nor be there. @throws OpsError `input` where the word is no name. */
function jobByName(nameOrPath: string): NamedJob {
  try {
    const { name, file } = findJob(nameOrPath, process.cwd())
    return { name, project: dirname(dirname(file)) }
  } catch (thrown) {
    // A dot is in no name: without what follows it another job would be meant.
    const extension = extname(nameOrPath)
    const name = basename(nameOrPath, extensions.includes(extension) ? extension : '')
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) throw thrown
    return { name, project: process.cwd(), isGone: true }
  }
}

function stepsOfUndo({ name }: NamedJob, look: HostLook): readonly Step[] {
  return unscheduleSteps(name, look.jobs.get(name) ?? [], look)
}

/** It is gone already, or was never there: which of the two nobody knows, so that the names that are there are told. */
function noTimer(name: string, { host, jobs }: HostLook): string {
  const names = [...jobs.keys()].sort()
  const there = names.length === 0 ? 'It runs no job by itself.' : `It runs ${names.join(', ')} by itself.`
  return `There is no timer ${name} on ${host}, and no file of this name here. ${didYouMean(name, names)}${there}`
}

/** As those of any recipe: checked against each other, local files read. @throws InputErrors */
function evaluated({ name, project }: NamedJob, host: string, steps: readonly Step[]): readonly Step[] {
  const summary = `Runs the job ${name} by itself.`
  const made = { summary, params: {}, steps: () => steps }
  const source = { name: 'job-schedule', file: join(project, 'jobs'), origin: 'shipped' as const }
  const found = evaluate(
    { ...source, folder: project, recipe: made },
    {},
    { name: host, address: host, groups: [] },
  )
  return 'steps' in found ? found.steps : []
}

function scheduleOf(at: unknown, errors: ErrorData[]): Schedule | undefined {
  const next = "Write --at 'daily 03:00', 'hourly :15', 'sun 03:00', 'monthly 1 03:00' or 'calendar TEXT'."
  const schedule = typeof at === 'string' ? parseSchedule(at) : undefined
  if (schedule) return schedule
  errors.push(
    inputError(typeof at === 'string' ? `--at ${at} is not a time` : '--at is missing', { next }).data,
  )
  return undefined
}

function scheduledOf(
  { name }: NamedJob,
  { files, notes }: HostProject,
  schedule: Schedule,
  host: { readonly node: string; readonly hasSystemd: boolean; readonly onFailure: string | undefined },
): Scheduled {
  if (!host.hasSystemd && schedule.cron === undefined) {
    throw inputError('the host has no systemd, and cron cannot express this time', {
      next: "Write --at 'daily 03:00', 'hourly :15', 'sun 03:00' or 'monthly 1 03:00'.",
    })
  }
  const { node, onFailure } = host
  const calendar = host.hasSystemd ? schedule.calendar : undefined
  return { name, packed: packOps(), files, node, calendar, onFailure, notes }
}
