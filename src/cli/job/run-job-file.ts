/** Runs a job file by the code behind its verb of `ops db`: the same plan, question, progress and exit codes. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import type { Screen } from '../../report/screen.ts'
import { helped, type ParsedArgv, parseArgv } from '../argv.ts'
import { collected } from '../collected.ts'
import { runJob } from '../db/job-verb.ts'
import { needsYesOrPlan } from '../db/on-source.ts'
import { commonSettings } from '../flags.ts'
import { refusalOf } from '../thrown.ts'
import type { VerbContext } from '../verb.ts'
import { absolute, jobCommand } from './job-command.ts'
import { loadJob } from './load-job.ts'
import { tellFailure } from './tell-failure.ts'

const descriptions = {
  plan: 'Shows what a job would do: counts, cut-off, what stays and why. Touches nothing.',
  run: 'Runs a job: plan, question, work, proof. Killed at any time, the same command goes on.',
}

export async function runJobFile(
  verb: 'plan' | 'run',
  argv: readonly string[],
  { screen }: VerbContext,
): Promise<number> {
  const command = jobCommand(verb, 'NAME', descriptions[verb])
  if (verb === 'run') {
    command
      .option('-y, --yes', 'go on without asking')
      .option('--on-failure <command>', 'shell to start when it fails, with the error as JSON on its input')
  }
  if (helped(command, argv, screen)) return 0
  const wrong: ErrorData[] = []
  const asked: Asked = { ...parseArgv(command, argv, wrong), errors: wrong }
  const { onFailure } = asked.options
  if (typeof onFailure !== 'string') return attempt(verb, asked, screen, () => undefined)
  const errors: ErrorData[] = []
  const tell = async (exitCode: number): Promise<void> => {
    const job = asked.operands[0] ?? ''
    const problem = await tellFailure(onFailure, { job, exitCode, error: errors[0], errors })
    if (problem !== undefined) screen.error(`${problem}\n`)
  }
  try {
    const code = await attempt(verb, asked, screen, refused => errors.push(...refused))
    if (code !== 0) await tell(code)
    return code
  } catch (thrown) {
    const refusal = refusalOf(thrown)
    errors.push(...refusal.errors)
    await tell(refusal.exitCode)
    throw thrown
  }
}

interface Asked extends ParsedArgv {
  readonly errors: ErrorData[]
}

async function attempt(
  verb: 'plan' | 'run',
  { operands, options, errors }: Asked,
  screen: Screen,
  refused: (errors: readonly ErrorData[]) => void,
): Promise<number> {
  const settings = absolute(commonSettings(options, errors))
  const [name, ...more] = operands
  if (errors.length === 0 && (name === undefined || more.length > 0)) {
    errors.push(inputError(`job ${verb} takes one name`, { next: '`ops job list` shows them.' }).data)
  }
  const loaded = name === undefined ? undefined : await collected(errors, () => loadJob(name))
  const answers =
    verb === 'plan'
      ? { plan: true, yes: false }
      : needsYesOrPlan('job run', { options, errors }, '`ops job plan`')
  if (!loaded) throw new InputErrors(errors)
  // By hand from a folder below, or by a timer from anywhere: the names in a job begin at the same place.
  process.chdir(loaded.project)
  const { job, places } = loaded
  const asked = {
    name: `ops job run ${loaded.name}`,
    fields: job.fields,
    places,
    job: loaded.name,
    settings,
    errors,
    refused,
    ...answers,
  }
  return runJob(loaded.verb, asked, screen)
}
