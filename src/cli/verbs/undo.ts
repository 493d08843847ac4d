/** `ops undo RUN [HOST...]`: a plan that puts back what a run found, asked and proved as any other. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { eachLimited } from '../../run/each-limited.ts'
import type { RunEvent } from '../../run/events.ts'
import { isWhole } from '../../run/run-history.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { exitCodes } from '../exit-code.ts'
import { addConnectionFlags, addPlanFlags, commonSettings } from '../flags.ts'
import { type HostsToUndo, hostsToUndo } from '../history/hosts-to-undo.ts'
import { runWord, storedRun } from '../history/named-run.ts'
import { type PlannedUndo, planUndo } from '../history/plan-undo.ts'
import { needsYes } from '../needs-yes.ts'
import { underReport } from '../report-session.ts'
import { exitCodeOfRun, type ReachedHost, reachHosts, runSteps } from '../run-steps.ts'
import { chooseReachable } from '../targets.ts'
import type { VerbContext } from '../verb.ts'

const description = `Takes a run back: files as they were, packages and services in the state that they had, new directories and accounts gone. It is a plan like any other: it asks, is guarded and proved, and is a run that can be undone in turn. What somebody has changed since stays as it is and is named, and so is, beforehand, what cannot be taken back; either ends with exit 8. Without a HOST all hosts of the run are meant.
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
  const meant =
    named.length > 0 ? { begun: named, unknown: [] } : await collected(errors, () => hostsOf(word))
  const chosen =
    meant &&
    (await collected(errors, () => chooseReachable([...meant.begun, ...meant.unknown], settings, 'machine')))
  const [dry, yes] = [options.dryRun === true, options.yes === true]
  // A yes to what cannot be taken back would be of no use.
  if (!dry && !yes && errors.length === 0) errors.push(...needsYes('undo', settings.json))
  return underReport(screen, settings, async session => {
    if (!chosen || word === undefined || errors.length > 0) throw new InputErrors(errors)
    const reached = [...(await reachHosts(chosen, settings, session)).values()]
    const name = storedRun(word)?.run ?? word
    const found = new Map<ReachedHost, PlannedUndo>()
    await eachLimited(reached, settings.limit, async host => {
      const mayBeUntouched = meant?.unknown.includes(host.target.name) === true
      found.set(host, await planUndo(host, name, session, { mayBeUntouched, wait: options.wait === true }))
    })
    const undone = reached.flatMap(host => found.get(host) ?? [])
    const verb = dry ? 'plan' : 'apply'
    const outcome = await runSteps(
      {
        verb,
        hosts: undone.map(({ host, steps }) => ({ ...host, evaluate: () => ({ steps }) })),
        limit: settings.limit,
        waitForLock: options.wait === true,
        purpose: `undo ${name}`,
        yes,
        left: new Map(undone.map(({ host, run, notes }) => [host.target.name, { run, notes }])),
        tells: undone.flatMap(each => [told(each), ...stayingIn(each)]),
      },
      session,
    )
    const code = exitCodeOfRun(verb, outcome)
    const isAll = undone.every(({ notes }) => notes.every(isWhole))
    return code === 0 && !isAll ? exitCodes.moved : code
  })
}

function told({ host, run, notes, isUntouched, isBack }: PlannedUndo): RunEvent {
  const { name } = host.target
  if (isBack) {
    const text = `the host has taken back by itself what run ${run} did here: there is nothing to take back`
    return { event: 'note', host: name, text }
  }
  return isUntouched
    ? { event: 'note', host: name, text: `run ${run} has begun nothing here` }
    : { event: 'undo', host: name, run, notes }
}

/** An undo knows no steps of balancers: what a run took a host out of while it changed has it in meanwhile. */
function stayingIn({ host, run, steps }: PlannedUndo): readonly RunEvent[] {
  const { name } = host.target
  const { behind = [] } = storedRun(run)?.hosts.find(each => each.host === name) ?? {}
  if (behind.length === 0 || steps.length === 0) return []
  const text = `${name} stays in ${behind.join(' and ')} while this is taken back: an undo takes no host out of a balancer. Take it out there by hand, one host after the other (\`ops undo ${run} ${name}\`), or apply the former version by its recipe instead`
  return [{ event: 'note', host: name, text }]
}

/** The hosts that a run may have changed, as this machine has written down. */
function hostsOf(word: string | undefined): HostsToUndo {
  if (word === undefined) return { begun: [], unknown: [] }
  const found = storedRun(word)
  if (!found)
    throw inputError(`this machine has no record of a run ${word}`, {
      next: `Name its hosts: \`ops undo ${word} HOST...\`; \`ops history HOST\` says what was done there.`,
    })
  const hosts = hostsToUndo(found)
  if (hosts.begun.length + hosts.unknown.length > 0) return hosts
  const [balancer] = found.hosts.flatMap(({ steps }) => steps.flatMap(({ on }) => on ?? []))
  if (balancer !== undefined)
    throw inputError(`run ${found.run} has only put hosts back into ${balancer}, which an undo leaves`, {
      next: `\`ops history ${balancer}\` lists what was done there; \`ops undo RUN ${balancer}\` takes one of those back.`,
    })
  throw inputError(`run ${found.run} has changed nothing`, {
    next: `\`ops show ${found.run}\` tells what became of it.`,
  })
}
