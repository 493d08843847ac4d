/** `ops undo RUN [HOST...]`: a plan that puts back what a run found, asked and proved as any other. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { exitCodes } from '../exit-code.ts'
import { addConnectionFlags, addPlanFlags, commonSettings } from '../flags.ts'
import { runWord, storedRun } from '../history/named-run.ts'
import { planUndo } from '../history/plan-undo.ts'
import { needsYes } from '../needs-yes.ts'
import { underReport } from '../report-session.ts'
import { exitCodeOfRun, reachHosts, runSteps } from '../run-steps.ts'
import { chooseReachable } from '../targets.ts'
import type { VerbContext } from '../verb.ts'

const description = `Takes a run back: files as they were, packages and services in the state that they had, new directories and accounts gone. It is a plan like any other: it asks, is guarded and proved, and is a run that can be undone in turn. What somebody has changed since stays as it is and is named, and so is, beforehand, what cannot be taken back. Without a HOST all hosts of the run are meant.
  ops undo 3f9a1c20 --dry-run      what would be put back, and what not
  ops undo 3f9a1c20 web1           on one of its hosts only`

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = verbCommand('undo', 'RUN [HOST...] [flags]', description)
    .option('-n, --dry-run', 'show the plan and touch nothing')
    .option('-y, --yes', 'take it back without asking')
    .option('--wait', 'wait for a host that another run holds, instead of giving up (exit 6)')
  addPlanFlags(addConnectionFlags(command))
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const [first, ...named] = operands
  const word = await collected(errors, () => runWord(first))
  const names = named.length > 0 ? named : await collected(errors, () => hostsOf(word))
  const chosen = names && (await collected(errors, () => chooseReachable(names, settings, 'machine')))
  const [dry, yes] = [options.dryRun === true, options.yes === true]
  if (!dry && !yes) errors.push(...needsYes('undo', settings.json))
  return underReport(screen, settings, async session => {
    if (!chosen || word === undefined || errors.length > 0) throw new InputErrors(errors)
    const reached = [...(await reachHosts(chosen, settings, session)).values()]
    const name = storedRun(word)?.run ?? word
    const undone = await Promise.all(reached.map(host => planUndo(host, name, session)))
    const verb = dry ? 'plan' : 'apply'
    const outcome = await runSteps(
      {
        verb,
        hosts: undone.map(({ host, steps }) => ({ ...host, evaluate: () => ({ steps }) })),
        limit: settings.limit,
        waitForLock: options.wait === true,
        purpose: `undo ${name}`,
        yes,
        tells: undone.map(({ host, run, notes }) => ({ event: 'undo', host: host.target.name, run, notes })),
      },
      session,
    )
    const code = exitCodeOfRun(verb, outcome)
    const isWhole = undone.every(({ notes }) => notes.every(({ kind }) => kind !== 'skipped'))
    return code === 0 && !isWhole ? exitCodes.moved : code
  })
}

/** The hosts that a run has changed, as this machine has written down. */
function hostsOf(word: string | undefined): readonly string[] {
  if (word === undefined) return []
  const found = storedRun(word)
  if (!found)
    throw inputError(`this machine has no record of a run ${word}`, {
      next: `Name its hosts: \`ops undo ${word} HOST...\`; \`ops history HOST\` says what was done there.`,
    })
  const changed = found.hosts.filter(each => each.steps.length > 0).map(each => each.host)
  if (changed.length > 0) return changed
  throw inputError(`run ${found.run} has changed nothing`, {
    next: `\`ops show ${found.run}\` tells what became of it.`,
  })
}
