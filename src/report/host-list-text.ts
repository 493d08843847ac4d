/** Hosts and groups as a table. */
import type { SourceLocation } from '../base/errors.ts'
import { cutTo, printableLine } from './printable.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { names, place } from './words.ts'

export interface ListedValue {
  readonly name: string
  /** As somebody would write it; undefined where the host has none. */
  readonly value: string | undefined
  readonly where: SourceLocation | undefined
  readonly isDefault?: boolean
}

export interface HostListInput {
  readonly file: string | undefined
  readonly hosts: readonly {
    readonly name: string
    readonly address: string | undefined
    readonly groups: readonly string[]
    readonly from: string
    readonly where: SourceLocation | undefined
    readonly values?: readonly ListedValue[]
    /** Variables of Ansible that ops does not read; shown where values are. */
    readonly unread?: readonly string[]
  }[]
  readonly groups: readonly {
    readonly name: string
    readonly members: readonly string[]
    readonly where: SourceLocation
  }[]
  /** Members of groups that stand for no host. */
  readonly unknown: ReadonlySet<string>
}

/** One line per host, then one per group. */
export function hostListText({ file, hosts, groups, unknown }: HostListInput, style: Style): string {
  const hostRows = hosts.map(host => [
    style.bold(printableLine(host.name)),
    printableLine(host.address === undefined || host.address === host.name ? '' : host.address),
    names(host.groups, 40),
    style.dim(host.where ? `${host.from}  ${place(host.where)}` : host.from),
  ])
  const groupRows = groups.map(group => [
    style.bold(printableLine(group.name)),
    names(markedMembers(group.members, unknown), 60),
    style.dim(place(group.where)),
  ])
  const head = (title: string): string => style.dim(title)
  const valueRows = hosts.flatMap(({ name, values = [] }) =>
    values.map(each => [
      style.bold(printableLine(name)),
      printableLine(each.name),
      each.value === undefined ? style.dim('not set') : cutTo(printableLine(each.value), 60),
      style.dim(each.where ? `${each.isDefault ? 'default of ' : ''}${originOf(each)}` : ''),
    ]),
  )
  const unreadRows = hosts.flatMap(({ name, values, unread = [] }) =>
    values && unread.length > 0
      ? [[style.bold(printableLine(name)), names(unread.map(printableLine), 60)]]
      : [],
  )
  const parts = [
    table([[head('HOST'), head('ADDRESS'), head('GROUPS'), head('FROM')], ...hostRows]),
    ...(groups.length > 0 ? [table([[head('GROUP'), head('MEMBERS'), head('FROM')], ...groupRows])] : []),
    ...(valueRows.length > 0
      ? [table([[head('HOST'), head('VALUE'), head('IS'), head('FROM')], ...valueRows])]
      : []),
    ...(unreadRows.length > 0
      ? [table([[head('HOST'), head('VARIABLES OF ANSIBLE THAT OPS DOES NOT READ')], ...unreadRows])]
      : []),
    ...(file === undefined ? [head('No ops.ini here or above; `ops init` writes one.')] : []),
  ]
  return parts.join('\n\n')
}

/** Those that are no hosts first: of a long list the end is cut. */
function markedMembers(members: readonly string[], unknown: ReadonlySet<string>): readonly string[] {
  const wrong = members.filter(each => unknown.has(each))
  return [...wrong.map(each => `${each} (no such host)`), ...members.filter(each => !unknown.has(each))]
}

/** A schema is told by its file: where in it a default stands is not known. */
function originOf({ where, isDefault }: ListedValue): string {
  if (where === undefined) return ''
  const { file, line } = where
  return isDefault ? (file.split('/').at(-1) ?? '') : place({ file, line })
}
