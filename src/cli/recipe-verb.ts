/** What apply, plan and check share: argv, recipe, params and hosts come together, then the engine runs. */
import type { Command } from 'commander'
import { type ErrorData, InputErrors, inputError } from '../base/errors.ts'
import type { SelectedHost } from '../inventory/select.ts'
import { describeParams, type ParamDoc } from '../params/param-docs.ts'
import { type LoadedRecipe, loadRecipe, paramsOfRecipe } from '../recipe/load.ts'
import type { LoadedSite } from '../recipe/load-site.ts'
import type { Screen } from '../report/screen.ts'
import { asksHelp, firstOperand, helped, parseArgv, verbCommand } from './argv.ts'
import { askParams } from './ask-params.ts'
import { balancersOf } from './balancers.ts'
import { collected } from './collected.ts'
import { addConnectionFlags, addPlanFlags, type CommonSettings, commonSettings } from './flags.ts'
import { inOrder } from './host-order.ts'
import { projectValues } from './host-values.ts'
import { misspeltSections } from './misspelt-sections.ts'
import { needsYes } from './needs-yes.ts'
import { addOnlyFlag, onlySteps } from './only-steps.ts'
import { outputProblems } from './output-problems.ts'
import { addParamFlags, type FlagValues, paramValues } from './param-flags.ts'
import { evaluations } from './recipe-hosts.ts'
import { recipeLibrary } from './recipe-library.ts'
import { type ReportSession, underReport } from './report-session.ts'
import { addApplyFlags, type RollOutFlags, rollOutFlags, rollOutOf } from './roll-out-flags.ts'
import { exitCodeOfRun, type ReachedHost, reachHosts, runSteps } from './run-steps.ts'
import { isSavedPlan } from './saved-plan-file.ts'
import { bindSite, loadedSite, siteOfProject, wordsOf } from './site-recipe.ts'
import { Sources } from './sources.ts'
import { type Chosen, chooseHosts, chooseReachable, connectTargets } from './targets.ts'
import { tellDatabase } from './tell-database.ts'

export type RecipeVerb = 'apply' | 'plan' | 'check'

const descriptions: Readonly<Record<RecipeVerb, string>> = {
  apply: 'Plans, asks, applies, and proves that it holds. RECIPE may be a file that `ops plan -o` wrote.',
  plan: 'Shows what would be done, with diffs; touches nothing.',
  check: 'Reports drift and touches nothing: exit code 2 when something differs.',
}

/** Everything that was said on the command line, checked as far as is possible without asking anybody. */
interface Request {
  readonly verb: RecipeVerb
  readonly loaded: LoadedRecipe | undefined
  readonly site: (LoadedRecipe & LoadedSite) | undefined
  readonly flags: FlagValues
  readonly chosen: Chosen | undefined
  readonly settings: CommonSettings
  readonly yes: boolean
  readonly wait: boolean
  readonly rollOut: RollOutFlags
  readonly output: string | undefined
  /** The only steps that are wanted; empty: all. */
  readonly only: readonly string[]
  readonly errors: ErrorData[]
}

/** Runs one of the three; answers with the exit code. */
export async function runRecipeVerb(
  verb: RecipeVerb,
  argv: readonly string[],
  screen: Screen,
): Promise<number> {
  const plain = recipeCommand(verb)
  const name = firstOperand(plain, argv)
  if (verb === 'apply' && name !== undefined && isSavedPlan(name)) {
    const { applySavedPlan } = await import('./apply-saved-plan.ts')
    return applySavedPlan(plain, argv, screen)
  }
  askSshEarly(plain, argv)
  const errors: ErrorData[] = []
  const siteFile = name === 'site' ? siteOfProject() : undefined
  const site = siteFile === undefined ? undefined : await collected(errors, () => loadedSite(siteFile))
  const isRecipe = name !== undefined && siteFile === undefined
  const loaded = isRecipe ? await collected(errors, () => loadRecipe(name, { library: recipeLibrary })) : site
  const docs = loaded ? describeParams(loaded.recipe.params) : []
  const command = recipeCommand(verb, loaded, docs)
  if (errors.length > 0 && asksHelp(argv)) throw new InputErrors(errors)
  if (helped(command, argv, screen)) return 0

  const argvErrors: ErrorData[] = []
  const { operands, options } = parseArgv(
    command,
    argv,
    argvErrors,
    `ops ${verb} ${loaded?.name ?? 'RECIPE'} --help`,
  )
  // Flags of a recipe that did not load cannot be told from wrong ones.
  if (loaded || name === undefined) errors.push(...argvErrors)
  if (name === undefined && argvErrors.length === 0) {
    errors.push(inputError('no recipe given', { next: '`ops recipes` lists them.' }).data)
  }
  const settings = commonSettings(options, errors)
  if (isRecipe && !loaded) tellDatabase(errors, name, settings)
  const hostNames = operands.length > 1 ? operands.slice(1) : site ? wordsOf(site) : []
  if (name !== undefined && hostNames.length === 0 && !siteFile && argvErrors.length === 0) {
    const next = `Write \`ops ${verb} ${name} HOST...\`; \`ops hosts\` lists those that are known, \`local\` is this machine.`
    errors.push(inputError('no host given', { next }).data)
  }
  // Whoever logs in to a machine: what acts there is one user, and two runs of it would wait for each other.
  const once = settings.becomeUser === undefined ? 'account' : 'machine'
  // While ssh reads its config: what a run needs of our own.
  if (hostNames.length > 0 && errors.length === 0) setImmediate(loadRun)
  const chosen = await collected(errors, () => chooseReachable(hostNames, settings, once))
  const yes = options.yes === true
  if (typeof options.output === 'string') errors.push(...outputProblems('-o', options.output))
  return underReport(screen, settings, session =>
    runRequest(
      {
        verb,
        loaded,
        site,
        flags: paramValues(options, docs),
        chosen,
        settings,
        yes,
        wait: options.wait === true,
        rollOut: rollOutFlags(options, errors),
        only: Array.isArray(options.only) ? options.only : [],
        output: typeof options.output === 'string' ? options.output : undefined,
        errors,
      },
      session,
    ),
  )
}

/** Where no flag of the recipe is given, ssh reads its config while the recipe is loaded: its answers are kept for when they are asked for. */
function askSshEarly(plain: Command, argv: readonly string[]): void {
  const problems: ErrorData[] = []
  const { operands, options } = parseArgv(plain, argv, problems)
  const settings = commonSettings(options, problems)
  const hostNames = operands.slice(1)
  if (hostNames.length === 0 || problems.length > 0 || asksHelp(argv)) return
  chooseHosts(hostNames, settings).catch(() => undefined)
}

/** Whoever needs it loads it anyway, and tells of what is wrong with it. */
function loadRun(): void {
  import('../engine/run.ts').catch(() => undefined)
}

async function runRequest(request: Request, session: ReportSession): Promise<number> {
  const { verb, site, settings, errors, chosen } = request
  const { report } = session
  const given = { flags: request.flags, inventory: chosen?.inventory }
  if (request.loaded && !site) errors.push(...misspeltSections([request.loaded], chosen?.inventory))
  const bound = site && chosen && (await bindSite(site, chosen, settings, session, errors))
  const loaded = site ? bound?.loaded : request.loaded
  const params = site
    ? bound?.params
    : loaded && (await askParams(paramsOfRecipe(loaded), given, session, errors))
  const values = chosen && (await projectValues(chosen.inventory, settings, errors))
  const unasked = verb === 'apply' && !request.yes && request.loaded ? needsYes('apply', settings.json) : []
  if (!loaded || !params || !chosen || !values) throw new InputErrors([...errors, ...unasked])
  // What is wrong with its steps is told with the rest, also where something else is wrong already.
  const hosts = new Map(chosen.hosts.map(host => [host, values.given(host, session.secrets)]))
  const all = await evaluations(loaded, params, hosts, errors)
  const some = errors.length > 0 ? undefined : await collected(errors, () => onlySteps(all, request.only))
  const evaluate = some && (await inOrder(some, chosen, settings, errors))
  const balancers = evaluate ? await balancersOf(evaluate, chosen, settings, errors) : new Map()
  const sources = new Sources(chosen, settings)
  const named = evaluate ? await sources.named(evaluate, errors) : []
  errors.push(...unasked)
  if (!evaluate || errors.length > 0) throw new InputErrors(errors)

  const beside = [...new Set([...balancers.values(), ...named])].filter(host => !chosen.hosts.includes(host))
  const ways = new Map(
    await reachHosts({ ...chosen, hosts: [...chosen.hosts, ...beside] }, settings, session),
  )
  const reached = new Map([...ways].filter(([host]) => !beside.includes(host)))
  /** Also to a host that steps name only once their own host has been asked. */
  const wayTo = async (host: SelectedHost): Promise<ReachedHost | undefined> => {
    const [become] = [...ways.values()].flatMap(way => way.become ?? [])
    const missing = ways.has(host) ? [] : [host]
    const targets = await connectTargets({ ...chosen, hosts: missing, merged: [] }, settings, session)
    for (const [found, target] of targets) ways.set(found, { target, ...(become && { become }) })
    return ways.get(host)
  }
  const names = [...reached.keys()].map(host => host.name)
  const outcome = await runSteps(
    {
      verb,
      recipe: loaded.name,
      hosts: [...reached].map(([host, how]) => ({
        ...how,
        evaluate: evaluate.get(host) ?? (() => ({ steps: [] })),
      })),
      balancers: reachedBy(balancers, ways),
      sources: async name => wayTo(await sources.of(name)),
      limit: settings.limit,
      rollOut: rollOutOf(request.rollOut, reached.size),
      waitForLock: request.wait,
      isPart: request.only.length > 0,
      purpose: `${verb} ${loaded.name}`,
      params,
      yes: request.yes,
    },
    session,
  )
  if (request.output !== undefined) {
    const { savePlanFile } = await import('./saved-plan-file.ts')
    const left = names.filter(name => !outcome.planned.has(name)).join(', ')
    if (outcome.planned.size > 0) await savePlanFile(request.output, loaded, params, outcome)
    if (outcome.planned.size === 0) report.say(`No plan was saved: ${left} could not be planned.`)
    else if (left !== '')
      report.say(
        `${request.output} holds no plan for ${left}: \`ops apply ${request.output}\` leaves that out.`,
      )
  }
  return exitCodeOfRun(verb, outcome)
}

function reachedBy<Host, Way>(
  named: ReadonlyMap<string, Host>,
  ways: ReadonlyMap<Host, Way>,
): ReadonlyMap<string, Way> {
  return new Map(
    [...named].flatMap(([word, host]) => {
      const way = ways.get(host)
      return way === undefined ? [] : [[word, way] as const]
    }),
  )
}

function recipeCommand(verb: RecipeVerb, loaded?: LoadedRecipe, docs: readonly ParamDoc[] = []): Command {
  const isSite = loaded !== undefined && 'entries' in loaded
  const usage = `${loaded?.name ?? 'RECIPE'} ${isSite ? '[HOST...]' : 'HOST...'} [flags]`
  const about = loaded
    ? `${descriptions[verb]}\n\n${loaded.name}: ${loaded.recipe.summary}`
    : descriptions[verb]
  const command = verbCommand(verb, usage, about)
  if (loaded) addParamFlags(command, docs, loaded.name)
  if (verb === 'apply') addApplyFlags(command)
  if (verb === 'plan') command.option('-o, --output <file>', 'save the plan (mode 0600) for `ops apply FILE`')
  addOnlyFlag(command)
  return addPlanFlags(addConnectionFlags(command))
}
