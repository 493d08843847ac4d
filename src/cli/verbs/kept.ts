/** `ops kept HOST...`: what files held before runs changed them; `ops kept HOST restore PATH` puts one back. */
import { type ErrorData, InputErrors, inputError, OpsError } from '../../base/errors.ts'
import { type KeptCopy, keptCopies } from '../../run/kept-copies.ts'
import { helped, parseArgv, verbCommand } from '../argv.ts'
import { collected } from '../collected.ts'
import { addConnectionFlags, addPlanFlags, commonSettings } from '../flags.ts'
import { askHosts, overLink } from '../history/ask-hosts.ts'
import { needsYes } from '../needs-yes.ts'
import { type ReportSession, underReport } from '../report-session.ts'
import { exitCodeOfRun, type ReachedHost, reachHosts, runSteps } from '../run-steps.ts'
import { chooseReachable } from '../targets.ts'
import type { VerbContext } from '../verb.ts'

const description = `Lists what files held before runs of ops changed them: copies that each host keeps for itself. \`restore\` puts one back, as a plan that asks; what is there now is kept in turn.
  ops kept web1                                    all copies
  ops kept web1 /etc/app.conf                      those of one file
  ops kept web1 restore /etc/app.conf              the newest one back
  ops kept web1 restore /etc/app.conf --from RUN   that of a run, as the list names it`

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = verbCommand('kept', 'HOST... [PATH] | HOST restore PATH [flags]', description)
    .option('--from <run>', 'the run whose copy is put back; otherwise the newest one')
    .option('-y, --yes', 'put it back without asking')
  addPlanFlags(addConnectionFlags(command))
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  const restores = operands[1] === 'restore'
  const paths = operands.filter(word => word.startsWith('/'))
  const hostNames = operands.filter((word, index) => !word.startsWith('/') && !(restores && index === 1))
  if (hostNames.length === 0 && errors.length === 0)
    errors.push(inputError('no host given', { next: 'Write `ops kept HOST`; `ops hosts` lists them.' }).data)
  if (restores && (paths.length !== 1 || hostNames.length !== 1)) {
    const next = 'Write `ops kept HOST restore /PATH`: one host, and one file by its whole path.'
    errors.push(inputError('one file of one host is put back at a time', { next }).data)
  }
  if (!restores && paths.length > 1) errors.push(inputError('name one file, or none for all').data)
  if (!restores && settings.html !== undefined) {
    const next = 'Leave it out; it is for `ops kept HOST restore PATH`.'
    errors.push(inputError('--html shows steps, and a list of copies has none', { next }).data)
  }
  const yes = options.yes === true
  if (restores && !yes) errors.push(...needsYes('restore', settings.json))
  const from = typeof options.from === 'string' ? options.from : undefined
  const chosen = await collected(errors, () => chooseReachable(hostNames, settings, 'machine'))
  return underReport(screen, settings, async session => {
    if (!chosen || errors.length > 0) throw new InputErrors(errors)
    const hosts = [...(await reachHosts(chosen, settings, session)).values()]
    const [path] = paths
    const [only] = hosts
    if (!restores || path === undefined || only === undefined)
      return list(hosts, path, settings.limit, session)
    return restore(only, path, { from, yes }, session)
  })
}

function list(
  hosts: readonly ReachedHost[],
  path: string | undefined,
  limit: number,
  session: ReportSession,
): Promise<number> {
  return askHosts('kept', hosts, limit, session, async (open, host) => ({
    event: 'kept',
    host,
    ...(path !== undefined && { path }),
    copies: await keptCopies(open, path),
  }))
}

async function restore(
  host: ReachedHost,
  path: string,
  { from, yes }: { readonly from: string | undefined; readonly yes: boolean },
  session: ReportSession,
): Promise<number> {
  const { result: copies } = await overLink(host, session, open => keptCopies(open, path))
  const copy = chosenCopy(copies, host.target.name, path, from)
  const { restoredFile } = await import('../../resources/restored-file.ts')
  const { sha256, mode, owner, group, kept } = copy
  const step = { ...restoredFile({ path, from: kept, sha256, mode, owner, group }), where: undefined }
  if (step.problems.length > 0) throw new InputErrors(step.problems)
  const outcome = await runSteps(
    {
      verb: 'apply',
      hosts: [{ ...host, evaluate: () => ({ steps: [step] }) }],
      limit: 1,
      purpose: `kept restore ${path}`,
      yes,
    },
    session,
  )
  return exitCodeOfRun('apply', outcome)
}

function chosenCopy(
  copies: readonly KeptCopy[],
  host: string,
  path: string,
  from: string | undefined,
): KeptCopy {
  const copy = from === undefined ? copies[0] : copies.find(each => each.run === from)
  if (copy) return copy
  const what =
    from === undefined ? `${host} keeps no copy of ${path}` : `${host} keeps no copy of ${path} from ${from}`
  throw new OpsError({
    code: 'input',
    title: what,
    host,
    changed: 'no',
    next: `\`ops kept ${host}\` lists what is kept: files that were there before a run changed them.`,
  })
}
