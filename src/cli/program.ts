/** Finds the verb, runs it, and turns whatever comes of it into an exit code. */
import { inputError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { opsVersion } from '../base/version.ts'
import { errorsText } from '../report/error-text.ts'
import { ndjsonReport } from '../report/ndjson-report.ts'
import type { Screen } from '../report/screen.ts'
import { beforeDashes } from './before-dashes.ts'
import { exitCodes } from './exit-code.ts'
import { programHelp } from './program-help.ts'
import { refusalOf } from './thrown.ts'
import { verbs } from './verbs.ts'

/** Runs one command line; never throws. */
export async function runProgram(argv: readonly string[], screen: Screen): Promise<number> {
  const [name, ...rest] = argv
  try {
    if (name === undefined) {
      screen.error(`${programHelp(screen.errorStyle)}\n`)
      return exitCodes.input
    }
    if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
      screen.out(`${programHelp(screen.style)}\n`)
      return 0
    }
    if (name === '--version' || name === '-V') {
      screen.out(`${opsVersion()}\n`)
      return 0
    }
    const [verbName, verbArgv] = name === 'help' ? [rest[0] ?? '', ['--help']] : [name, rest]
    const verb = verbs.find(each => each.name === verbName)
    if (verb === undefined) throw await unknownVerb(verbName)
    const { run } = await verb.load()
    return await run(verbArgv, { screen })
  } catch (thrown) {
    return tell(thrown, argv, screen)
  }
}

async function unknownVerb(name: string): Promise<Error> {
  const near =
    (await nestedVerb(name)) ??
    nearest(
      name,
      verbs.map(verb => verb.name),
    )
  const next = `${near === undefined ? '' : `Did you mean \`ops ${near}\`? `}\`ops --help\` lists the verbs.`
  return inputError(name.startsWith('-') ? `unknown flag ${name}` : `unknown verb ${name}`, { next })
}

/** Verbs of verbs are known by their last word too. */
async function nestedVerb(name: string): Promise<string | undefined> {
  const [{ dbVerbs }, { jobVerbs }] = await Promise.all([
    import('./db/sub-verbs.ts'),
    import('./job/sub-verbs.ts'),
  ])
  const nested = {
    db: dbVerbs.map(each => each.name),
    job: jobVerbs.map(each => each.name),
    logs: ['csv', 'sql', 'push'],
    'db queue': ['park', 'drip'],
    'db copy': ['audit'],
  }
  const [found] = Object.entries(nested).find(([, names]) => names.includes(name)) ?? []
  return found === undefined ? undefined : `${found} ${name}`
}

function tell(thrown: unknown, argv: readonly string[], screen: Screen): number {
  const { errors, exitCode } = refusalOf(thrown)
  if (beforeDashes(argv).includes('--json')) ndjsonReport(screen).refuse(errors)
  else screen.error(`${errorsText(errors, screen.errorStyle)}\n`)
  return exitCode
}
