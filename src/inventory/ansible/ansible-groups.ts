/** Groups, hosts and their variables as Ansible keeps them, and what ops takes of them: addresses, users, ports and who is in what. */
import { type ErrorData, InputErrors, inputError, type SourceLocation } from '../../base/errors.ts'
import { parseAddress } from '../address.ts'
import {
  emptyInventory,
  type Inventory,
  type InventoryGroup,
  type InventoryHost,
  specialHosts,
} from '../inventory.ts'
import { becomeProblem, becomeVariables } from './become.ts'

export type Variables = Readonly<Record<string, string>>

/** One group as it is written. */
export interface AnsibleGroup {
  readonly hosts: string[]
  readonly children: string[]
  readonly vars: Record<string, string>
  readonly where: SourceLocation
}

/** Everything that a file or a program said. Maps, as names are free. */
export interface AnsibleData {
  readonly groups: Map<string, AnsibleGroup>
  readonly hostVars: Map<string, { vars: Record<string, string>; where: SourceLocation }>
}

/** A group that is there by now. */
export function groupOf({ groups }: AnsibleData, name: string, where: SourceLocation): AnsibleGroup {
  const found = groups.get(name) ?? { hosts: [], children: [], vars: {}, where }
  groups.set(name, found)
  return found
}

/** Where a host is and who logs in, as ops reads it. */
const login = [
  'ansible_host',
  'ansible_ssh_host',
  'ansible_user',
  'ansible_ssh_user',
  'ansible_port',
  'ansible_ssh_port',
]

/** Settings of the login that ops does not read: going on without them would be another login than was meant. */
const unread = [
  'ansible_ssh_common_args',
  'ansible_ssh_extra_args',
  'ansible_ssh_args',
  'ansible_ssh_executable',
  'ansible_ssh_private_key',
  'ansible_ssh_private_key_passphrase',
  'ansible_ssh_pkcs11_provider',
  'ansible_ssh_private_key_file',
  'ansible_private_key_file',
  'ansible_paramiko_private_key_file',
  'ansible_paramiko_proxy_command',
  'ansible_password',
  'ansible_ssh_password',
  'ansible_paramiko_pass',
  'ansible_ssh_pass',
]

/** Every variable that decides how a host is logged in to. */
export const loginVariables: readonly string[] = [...login, ...unread, 'ansible_connection']

/** What is read, refused when the host is used, or of no effect on ops. */
const understood: readonly string[] = [...loginVariables, ...becomeVariables, 'ansible_group_priority']

/**
 * The inventory of ops that is the same. A host that could not be logged in to as was meant is there and says why when it is used.
 * @throws InputErrors for groups that contain themselves, and for a name of both a host and a group.
 */
export function inventoryOf(data: AnsibleData, file: string): Inventory {
  const errors: ErrorData[] = []
  const depths = depthsOf(data, errors)
  if (errors.length > 0) throw new InputErrors(errors)
  const names = new Set([...data.hostVars.keys(), ...[...data.groups.values()].flatMap(each => each.hosts)])
  for (const [name, { where }] of data.groups)
    if (names.has(name)) errors.push(twoMeanings(name, data.hostVars.get(name)?.where, where))
  if (errors.length > 0) throw new InputErrors(errors)
  const hosts = new Map<string, InventoryHost>()
  const variablesOf = mergedVariables(data, depths)
  for (const name of names) {
    const where = data.hostVars.get(name)?.where ?? { file, line: 1 }
    hosts.set(name, hostOf(name, variablesOf(name), where))
  }
  const groups = new Map<string, InventoryGroup>()
  const grouped = new Set(
    [...data.groups].flatMap(([name, each]) => (name === 'all' || name === 'ungrouped' ? [] : each.hosts)),
  )
  const ungrouped = [...names].filter(name => !grouped.has(name))
  for (const [name, group] of data.groups) {
    if (name === 'all' || name === 'ungrouped') continue
    groups.set(name, { name, members: unique([...group.hosts, ...group.children]), where: group.where })
  }
  const where = { file, line: 1 }
  if (ungrouped.length > 0) groups.set('ungrouped', { name: 'ungrouped', members: ungrouped, where })
  if (names.size > 0) groups.set('all', { name: 'all', members: [...names], where })
  return { ...emptyInventory, file, form: 'Ansible', hosts, groups }
}

function hostOf(name: string, vars: Variables, where: SourceLocation): InventoryHost {
  const of = (...keys: readonly string[]) => keys.map(key => vars[key]).find(value => value !== undefined)
  const destination = of('ansible_host', 'ansible_ssh_host') ?? name
  const user = of('ansible_user', 'ansible_ssh_user')
  const port = of('ansible_port', 'ansible_ssh_port')
  const place = destination.includes(':') && port !== undefined ? `[${destination}]` : destination
  const text = `${user === undefined ? '' : `${user}@`}${place}${port === undefined ? '' : `:${port}`}`
  const address = parseAddress(text)
  const isSpecial = (specialHosts as readonly string[]).includes(name)
  const problem = isSpecial
    ? `${name} has a meaning of its own in ops: give the host another name`
    : problemOf(vars, destination, 'problem' in address ? address.problem : undefined)
  return {
    name,
    address: 'problem' in address ? { host: name } : address,
    where,
    ...(problem !== undefined && { problem }),
    unread: Object.keys(vars).filter(key => !understood.includes(key)),
  }
}

function problemOf(vars: Variables, destination: string, ofAddress: string | undefined): string | undefined {
  const connection = vars.ansible_connection ?? 'ssh'
  if (connection === 'local') return 'it is this machine (ansible_connection=local), which ops calls `local`'
  if (!['ssh', 'smart', 'paramiko', 'paramiko_ssh'].includes(connection))
    return `ansible_connection=${connection} is no login by ssh`
  const template = login.find(key => vars[key]?.includes('{{'))
  if (template !== undefined)
    return `${template} is a template of Ansible or a value of its vault, which ops does not fill in`
  const lost = unread.find(key => vars[key] !== undefined && vars[key] !== '')
  if (lost !== undefined)
    return `${lost} is not read by ops: write it into your ssh config, for ${destination}`
  return becomeProblem(vars, vars.ansible_user ?? vars.ansible_ssh_user) ?? ofAddress
}

/** As Ansible merges: the deeper group wins, of equally deep ones that of a higher priority, then the later in the alphabet, and the host above all. */
function mergedVariables(
  { groups, hostVars }: AnsibleData,
  depths: ReadonlyMap<string, number>,
): (host: string) => Variables {
  const [holders, parents] = [new Map<string, string[]>(), new Map<string, string[]>()]
  for (const [name, group] of groups) {
    for (const host of group.hosts) holders.set(host, [...(holders.get(host) ?? []), name])
    for (const child of group.children) parents.set(child, [...(parents.get(child) ?? []), name])
  }
  const compare = (one: string, other: string): number =>
    (depths.get(one) ?? 0) - (depths.get(other) ?? 0) ||
    priorityOf(groups.get(one)) - priorityOf(groups.get(other)) ||
    (one < other ? -1 : 1)
  return host => {
    const all = new Set<string>(groups.has('all') ? ['all'] : [])
    const climb = (name: string): void => {
      if (all.has(name)) return
      all.add(name)
      for (const parent of parents.get(name) ?? []) climb(parent)
    }
    for (const name of holders.get(host) ?? []) climb(name)
    const order = [...all].sort(compare)
    return Object.assign(
      {},
      ...order.map(name => groups.get(name)?.vars ?? {}),
      hostVars.get(host)?.vars ?? {},
    ) as Variables
  }
}

function priorityOf(group: AnsibleGroup | undefined): number {
  const priority = Number(group?.vars.ansible_group_priority ?? 1)
  return Number.isNaN(priority) ? 1 : priority
}

/** How far each group is below `all`, by the longest way. */
function depthsOf({ groups }: AnsibleData, errors: ErrorData[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>([['all', 0]])
  const walk = (name: string, path: readonly string[]): void => {
    const group = groups.get(name)
    if (!group || errors.length > 0) return
    if (path.includes(name)) {
      const title = `group ${name} contains itself: ${[...path.slice(path.indexOf(name)), name].join(' > ')}`
      errors.push(inputError(title, { where: group.where, next: 'Take it out of one of these groups.' }).data)
      return
    }
    const depth = path.length + (name === 'all' || path[0] === 'all' ? 0 : 1)
    if (depth <= (depths.get(name) ?? -1) && path.length > 0) return
    depths.set(name, Math.max(depth, depths.get(name) ?? 0))
    for (const child of group.children) walk(child, [...path, name])
  }
  for (const name of groups.keys()) walk(name, [])
  return depths
}

/** Ansible warns of it; a word of a command line would mean the host, and a member the group. */
function twoMeanings(name: string, host: SourceLocation | undefined, where: SourceLocation): ErrorData {
  const line = host === undefined || host.line === where.line ? '' : ` (line ${host.line})`
  return inputError(`${name} is a host${line} and a group`, { where, next: 'Rename one of them.' }).data
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
