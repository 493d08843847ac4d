/** What `ops hosts` shows: every host and group that is known by name, and where each came from. */
import type { SourceLocation } from '../base/errors.ts'
import { addressText } from './address.ts'
import { groupsByHost } from './groups-by-host.ts'
import type { Inventory } from './inventory.ts'
import { sshNames } from './ssh-names.ts'

export interface ListedHost {
  readonly name: string
  /** Undefined for a name of the ssh config: `ssh -G` knows, when it is used. */
  readonly address: string | undefined
  readonly groups: readonly string[]
  readonly from: 'ops.ini' | 'Ansible' | 'ssh config' | 'built in'
  readonly where: SourceLocation | undefined
  /** Variables of Ansible that ops does not read. */
  readonly unread?: readonly string[]
}

export interface ListedGroup {
  readonly name: string
  readonly members: readonly string[]
  readonly where: SourceLocation
}

export interface HostListing {
  readonly file: string | undefined
  readonly hosts: readonly ListedHost[]
  readonly groups: readonly ListedGroup[]
}

/** Hosts of ops.ini first, then names of the ssh config that it does not hide, then `local` and `sandbox`. */
export function listHosts(
  inventory: Inventory,
  options: { readonly sshConfigFile?: string } = {},
): HostListing {
  const groups = groupsByHost(inventory)
  const groupsOf = (name: string): readonly string[] => groups.get(name) ?? []
  const own = [...inventory.hosts.values()].map(
    ({ name, address, where, unread }): ListedHost => ({
      name,
      address: addressText(address),
      groups: groupsOf(name),
      from: inventory.form ?? 'ops.ini',
      where,
      ...(unread && { unread }),
    }),
  )
  const ssh = [...sshNames(options.sshConfigFile).literal]
    .filter(([name]) => !inventory.hosts.has(name) && !inventory.groups.has(name))
    .map(
      ([name, where]): ListedHost => ({
        name,
        address: undefined,
        groups: groupsOf(name),
        from: 'ssh config',
        where,
      }),
    )
  const builtIn = (['local', 'sandbox'] as const).map(
    (name): ListedHost => ({
      name,
      address: undefined,
      groups: groupsOf(name),
      from: 'built in',
      where: undefined,
    }),
  )
  return { file: inventory.file, hosts: [...own, ...ssh, ...builtIn], groups: [...inventory.groups.values()] }
}
