/** `ops apply FILE`: exactly what a saved plan says, on its hosts, and nothing when one of them has moved since. */
import type { Command } from 'commander'
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { opsVersion } from '../base/version.ts'
import { readPlan, type SavedPlan, stepsOf } from '../engine/plan/saved-plan.ts'
import { flagOf, type ParamDoc } from '../params/param-docs.ts'
import { readSecret } from '../params/read-secret.ts'
import { environmentName } from '../params/resolve.ts'
import { secretError } from '../params/secret-error.ts'
import { fetchSecret, isSecretReference } from '../params/secret-program.ts'
import type { Screen } from '../report/screen.ts'
import { firstOperand, helped, parseArgv } from './argv.ts'
import { collected } from './collected.ts'
import { commonSettings } from './flags.ts'
import { appliedBefore, planParam } from './history/applied-before.ts'
import { needsYes } from './needs-yes.ts'
import { addParamFlags, type FlagValues, paramValues } from './param-flags.ts'
import { type ReportSession, underReport } from './report-session.ts'
import { rollOutFlags, rollOutOf } from './roll-out-flags.ts'
import { exitCodeOfRun, reachHosts, runSteps } from './run-steps.ts'
import { savedResources } from './saved-resources.ts'
import { chooseReachable } from './targets.ts'

/** Runs `ops apply FILE`; `command` is that of `ops apply`. */
export async function applySavedPlan(
  command: Command,
  argv: readonly string[],
  screen: Screen,
): Promise<number> {
  const file = firstOperand(command, argv) ?? ''
  const plan = await readPlan(file, opsVersion())
  const docs = plan.secrets.map(secretDoc)
  addParamFlags(command, docs, plan.recipe)
  if (helped(command, argv, screen)) return 0
  const errors: ErrorData[] = []
  const { operands, options } = parseArgv(command, argv, errors)
  const settings = commonSettings(options, errors)
  if (operands.length > 1) {
    const next = `It is for ${plan.hosts.map(host => host.name).join(', ')}; leave the names out.`
    errors.push(inputError('a saved plan names its hosts itself', { next }).data)
  }
  if (options.only !== undefined) {
    const next = 'Make a plan of these steps: `ops plan RECIPE HOST... --only STEP -o FILE`.'
    errors.push(inputError('a saved plan is applied whole: --only has no say in it', { next }).data)
  }
  const names = plan.hosts.map(host => host.name)
  const chosen = await collected(errors, () => chooseReachable(names, settings))
  const pieces = rollOutFlags(options, errors)
  if (options.yes !== true) errors.push(...needsYes('apply', settings.json))
  return underReport(screen, settings, async session => {
    const secrets = await savedSecrets(plan, paramValues(options, docs), session, errors)
    if (errors.length > 0) throw new InputErrors(errors)
    const reached = chosen ? await reachHosts(chosen, settings, session) : []
    const hosts = [...reached].map(([host, how]) => {
      const saved = plan.hosts.find(each => each.name === host.name)
      const steps = saved ? stepsOf(saved, secrets, savedResources) : []
      return { ...how, evaluate: () => ({ steps, after: saved?.after ?? [] }) }
    })
    const outcome = await runSteps(
      {
        verb: 'apply',
        recipe: plan.recipe,
        hosts,
        limit: settings.limit,
        rollOut: rollOutOf(pieces, hosts.length),
        saved: plan.hosts,
        explainMoved: (open, moved) => appliedBefore(open, plan.made, moved),
        params: { [planParam]: plan.made },
        waitForLock: options.wait === true,
        purpose: `apply ${file}`,
        yes: options.yes === true,
      },
      session,
    )
    return exitCodeOfRun('apply', outcome)
  })
}

function secretDoc(name: string): ParamDoc {
  const help = 'Secret of the saved plan: not in the file.'
  return {
    name,
    flag: flagOf(name),
    placeholder: '@file',
    kind: 'secret',
    type: 'secret',
    required: true,
    help,
  }
}

/** Secrets are never in the file: they are given again, as flag, environment or answer. */
async function savedSecrets(
  plan: SavedPlan,
  flags: FlagValues,
  { prompts, secrets: known }: ReportSession,
  errors: ErrorData[],
): Promise<Readonly<Record<string, Secret>>> {
  const found: Record<string, Secret> = {}
  for (const name of plan.secrets) {
    const flag = flags[name]
    const environment = process.env[environmentName(name)]
    if (flag !== undefined) {
      const given = Array.isArray(flag) && flag.length === 1 ? flag[0] : flag
      const cwd = process.cwd()
      const read = isSecretReference(given) ? await fetchSecret(given, cwd) : readSecret(flag, cwd)
      if ('problem' in read) errors.push(secretError(flagOf(name), read))
      else found[name] = read.value
    } else if (environment) found[name] = new Secret(environment)
    else if (prompts && errors.length === 0) found[name] = new Secret(await prompts.secret(name))
    else {
      const next = `Give it as ${flagOf(name)} @FILE or in the environment as ${environmentName(name)}.`
      errors.push(inputError(`the saved plan needs the secret ${name} again`, { next }).data)
    }
  }
  for (const secret of Object.values(found)) known.add(secret.reveal())
  return found
}
