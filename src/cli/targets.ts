/** From the host names of the command line to hosts that can be connected to. */

import { type ErrorData, InputErrors } from '../base/errors.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { readInventory } from '../inventory/read.ts'
import { type MergeOptions, mergeSameHosts } from '../inventory/same-hosts.ts'
import { type SelectedHost, selectHosts } from '../inventory/select.ts'
import { eachLimited } from '../run/each-limited.ts'
import type { ConnectTarget } from '../transport/transport.ts'
import { collected } from './collected.ts'
import type { CommonSettings } from './flags.ts'
import { limitHosts } from './limit-hosts.ts'
import type { ReportSession } from './report-session.ts'

export interface Chosen {
  readonly inventory: Inventory
  readonly hosts: readonly SelectedHost[]
  /** Names that are left out, as they lead to the same machine as another. */
  readonly merged: readonly { readonly name: string; readonly as: string }[]
}

/** Each check runs `ssh -G`, whose answer the login uses again. */
const checkedAtOnce = 16

type HostSettings = Pick<CommonSettings, 'inventoryFile' | 'sshConfigFile' | 'limitTo'>

/** Resolves names, groups and globs. Throws InputErrors with all that is wrong; contacts nothing. */
export async function chooseHosts(
  words: readonly string[],
  { inventoryFile, sshConfigFile, limitTo }: HostSettings,
  once: MergeOptions['once'] = 'account',
): Promise<Chosen> {
  const inventory = readInventory(inventoryFile === undefined ? {} : { file: inventoryFile })
  const config = sshConfigFile === undefined ? {} : { sshConfigFile }
  const named = selectHosts(inventory, words, config)
  const resolve = async (
    target: ConnectTarget,
  ): Promise<{ hostname: string; port: number; user: string }> => {
    const { resolveHost } = await import('../transport/ssh-config.ts')
    return resolveHost({ ...target, ...config })
  }
  const selected = limitTo ? await limitHosts(named, inventory, limitTo, resolve, { ...config, once }) : named
  return { inventory, ...(await mergeSameHosts(selected, resolve, { ...config, once })) }
}

/** As `chooseHosts`; what the ssh config or a named key makes impossible is told too, before any host is contacted. */
export async function chooseReachable(
  words: readonly string[],
  settings: CommonSettings,
  once?: MergeOptions['once'],
): Promise<Chosen> {
  if (settings.lacksHosts) throw new InputErrors([])
  const chosen = await chooseHosts(words, settings, once)
  const errors: ErrorData[] = []
  const { checkRoute } = await import('../transport/connect.ts')
  const remote = chosen.hosts.filter(host => host.kind === 'ssh')
  await eachLimited(remote, checkedAtOnce, async ({ target }) => {
    await collected(errors, () => checkRoute(withConnectionFlags(target, settings)))
  })
  if (errors.length > 0) throw new InputErrors(oncePerProblem(errors))
  return chosen
}

/** A broken ssh config is one problem, however many hosts it keeps from being reached. */
function oncePerProblem(errors: readonly ErrorData[]): readonly ErrorData[] {
  const first = new Map<string, ErrorData>()
  for (const error of errors) {
    const key = `${error.title}\n${error.detail}`
    if (!first.has(key)) first.set(key, error)
  }
  return [...first.values()]
}

/** The chosen hosts with what the flags say about connecting; opens the sandbox when it is among them. */
export async function connectTargets(
  { hosts, merged }: Chosen,
  settings: CommonSettings,
  session: ReportSession,
): Promise<ReadonlyMap<SelectedHost, ConnectTarget>> {
  for (const { name, as } of merged) session.report.say(`${name} is the same machine as ${as}: it runs once.`)
  const targets = new Map<SelectedHost, ConnectTarget>()
  for (const host of hosts) {
    const target =
      host.kind === 'sandbox'
        ? await sandboxTarget(settings, session)
        : withFlags(host.target, settings, session)
    targets.set(host, target)
  }
  return targets
}

function withFlags(target: ConnectTarget, settings: CommonSettings, session: ReportSession): ConnectTarget {
  const { report, prompts, secrets } = session
  return {
    ...withConnectionFlags(target, settings),
    ...(prompts && {
      askSecret: async question => {
        const answer = await prompts.secret(question)
        secrets.add(answer)
        return answer
      },
    }),
    note: text => {
      // Why a backend was chosen is for -v; that a key was recorded is news to whoever asked for it.
      const isNews = settings.verbose || (settings.acceptNew && text.includes('recorded'))
      if (isNews) report.emit({ event: 'note', host: target.name, text })
    },
  }
}

function withConnectionFlags(target: ConnectTarget, settings: CommonSettings): ConnectTarget {
  const { sshConfigFile, identityFile, acceptNew, backend, connectTimeoutMs } = settings
  return {
    ...target,
    ...(sshConfigFile !== undefined && { sshConfigFile }),
    ...(identityFile !== undefined && { identityFile }),
    ...(acceptNew && { acceptNew }),
    ...(backend !== undefined && target.backend === undefined && { backend }),
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
  }
}

/** The sandbox has keys and an ssh config of its own: flags about those are for real hosts. */
async function sandboxTarget(
  { verbose }: CommonSettings,
  { report, atEnd }: ReportSession,
): Promise<ConnectTarget> {
  const note = (text: string): void => report.emit({ event: 'note', host: 'sandbox', text })
  const { openSandbox } = await import('../sandbox/open.ts')
  const sandbox = await openSandbox(note)
  atEnd.push(() => sandbox.close())
  return { ...sandbox.target, name: 'sandbox', note: verbose ? note : () => {} }
}
