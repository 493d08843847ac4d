/** Finds hosts that are one machine under several names, once their names are resolved. */
import type { ConnectTarget } from '../transport/transport.ts'
import type { SelectedHost } from './select.ts'
import { sshNames } from './ssh-names.ts'

/** Where a target really leads, as the ssh config says. */
export type ResolveTarget = (
  target: ConnectTarget,
) => Promise<{ readonly hostname: string; readonly port: number; readonly user: string }>

export interface MergedHosts {
  readonly hosts: readonly SelectedHost[]
  /** Those left out, with the name that runs in their place. */
  readonly merged: readonly { readonly name: string; readonly as: string }[]
}

export interface MergeOptions {
  readonly sshConfigFile?: string
  /** What runs once: each account of a machine that is logged in to, or each machine, whoever logs in. */
  readonly once: 'account' | 'machine'
}

const resolvedAtOnce = 16

/**
 * Keeps the first of several hosts with one resolved address. Only those are resolved that may have one: a process
 * for each host is not free.
 */
export async function mergeSameHosts(
  hosts: readonly SelectedHost[],
  resolve: ResolveTarget,
  { sshConfigFile, once }: MergeOptions,
): Promise<MergedHosts> {
  const remote = hosts.filter(host => host.kind === 'ssh')
  const doubtful = remote.length > 1 && sshNames(sshConfigFile).renames ? remote : withSameAddress(remote)
  if (doubtful.length < 2) return { hosts, merged: [] }
  const keys = await resolveAll(doubtful, resolve, once)
  const first = new Map<string, SelectedHost>()
  const merged: { name: string; as: string }[] = []
  const different = hosts.filter(host => {
    const key = keys.get(host)
    if (key === undefined) return true
    const other = first.get(key)
    if (other) merged.push({ name: host.name, as: other.name })
    else first.set(key, host)
    return !other
  })
  return { hosts: different, merged }
}

/** Those whose address another one has, too. */
function withSameAddress(hosts: readonly SelectedHost[]): readonly SelectedHost[] {
  const byAddress = new Map<string, SelectedHost[]>()
  for (const host of hosts) {
    const key = machineKey(host.target.destination, host.target.port ?? 22)
    byAddress.set(key, [...(byAddress.get(key) ?? []), host])
  }
  return [...byAddress.values()].filter(same => same.length > 1).flat()
}

/** What one machine has in common with itself under any user. */
export function machineKey(hostname: string, port: number): string {
  return `${hostname.toLowerCase().replace(/\.$/, '')} ${port}`
}

async function resolveAll(
  hosts: readonly SelectedHost[],
  resolve: ResolveTarget,
  once: MergeOptions['once'],
): Promise<ReadonlyMap<SelectedHost, string>> {
  const keys = new Map<SelectedHost, string>()
  const queue = hosts.values()
  const work = async (): Promise<void> => {
    for (const host of queue) {
      const { hostname, port, user } = await resolve(host.target)
      keys.set(host, `${machineKey(hostname, port)}${once === 'account' ? ` ${user}` : ''}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(resolvedAtOnce, hosts.length) }, work))
  return keys
}
