/** Finds hosts that are one machine under several names, once their names are resolved. */
import type { ConnectTarget } from '../transport/transport.ts'
import type { SelectedHost } from './select.ts'
import { sshNames } from './ssh-names.ts'

/** Where a target really leads, as the ssh config says. */
export type ResolveTarget = (
  target: ConnectTarget,
) => Promise<{ readonly hostname: string; readonly port: number }>

export interface MergedHosts {
  readonly hosts: readonly SelectedHost[]
  /** Those left out, with the name that runs in their place. */
  readonly merged: readonly { readonly name: string; readonly as: string }[]
}

const resolvedAtOnce = 16

/**
 * Keeps the first of several hosts with one resolved address. Resolving is left out where no name can stand for
 * another: one process per host is not free.
 */
export async function mergeSameHosts(
  hosts: readonly SelectedHost[],
  resolve: ResolveTarget,
  sshConfigFile?: string,
): Promise<MergedHosts> {
  const remote = hosts.filter(host => host.kind === 'ssh')
  if (remote.length < 2 || !sshNames(sshConfigFile).renames) return { hosts, merged: [] }
  const keys = await resolveAll(remote, resolve)
  const first = new Map<string, SelectedHost>()
  const merged: { name: string; as: string }[] = []
  const kept = hosts.filter(host => {
    const key = keys.get(host)
    if (key === undefined) return true
    const other = first.get(key)
    if (other) merged.push({ name: host.name, as: other.name })
    else first.set(key, host)
    return !other
  })
  return { hosts: kept, merged }
}

async function resolveAll(
  hosts: readonly SelectedHost[],
  resolve: ResolveTarget,
): Promise<ReadonlyMap<SelectedHost, string>> {
  const keys = new Map<SelectedHost, string>()
  const queue = hosts.values()
  const work = async (): Promise<void> => {
    for (const host of queue) {
      const { hostname, port } = await resolve(host.target)
      keys.set(host, `${hostname.toLowerCase().replace(/\.$/, '')} ${port}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(resolvedAtOnce, hosts.length) }, work))
  return keys
}
