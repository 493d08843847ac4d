/** Which of the values that ops.ini gives hold for a host: its own, then those of its groups, then those of all. */
import { type ErrorData, inputError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { type Inventory, type InventoryValue, specialHosts } from './inventory.ts'
import { sshNames } from './ssh-names.ts'

/** A value that holds for a host. */
export interface HeldValue extends InventoryValue {
  /** The section that gives it: `[values web]`. */
  readonly section: string
}

export interface HeldValues {
  readonly values: ReadonlyMap<string, HeldValue>
  /** Two groups of the host, neither inside the other, give it different values. */
  readonly errors: readonly ErrorData[]
}

/** What holds for a host of this name that is in these groups. A group comes before those that it is a part of. */
export function heldValues(inventory: Inventory, host: string, groups: readonly string[]): HeldValues {
  const values = new Map<string, HeldValue>()
  const errors: ErrorData[] = []
  const given = (of: string | undefined): readonly HeldValue[] =>
    inventory.values
      .filter(section => section.of === of)
      .flatMap(section => section.values.map(value => ({ ...value, section: sectionName(of) })))
  const take = (value: HeldValue): void => {
    if (!values.has(value.name)) values.set(value.name, value)
  }
  for (const value of given(host)) take(value)
  const ofGroups = groups.flatMap(group => given(group).map(value => ({ group, value })))
  for (const { group, value } of ofGroups) {
    if (values.has(value.name)) continue
    const rivals = ofGroups.filter(other => other.value.name === value.name)
    const strongest = rivals.filter(one => !rivals.some(other => isInside(inventory, other.group, one.group)))
    if (!strongest.some(each => each.group === group)) continue
    const other = strongest.find(each => !isSame(each.value, value))
    if (other) errors.push(undecided(host, value, other.value))
    take(value)
  }
  for (const value of given(undefined)) take(value)
  return { values, errors }
}

/** `[values NAME]` for a name that is neither a host nor a group: a typing error, which would go unseen. */
export function strayValueSections(
  inventory: Inventory,
  options: { readonly sshConfigFile?: string } = {},
): readonly ErrorData[] {
  const members = [...inventory.groups.values()].flatMap(group => group.members)
  const known = new Set([
    ...inventory.hosts.keys(),
    ...inventory.groups.keys(),
    ...members,
    ...(specialHosts as readonly string[]),
  ])
  const stray = inventory.values.filter(({ of }) => of !== undefined && !known.has(of))
  if (stray.length === 0) return []
  const ssh = sshNames(options.sshConfigFile).literal
  return stray
    .filter(({ of = '' }) => !ssh.has(of))
    .map(({ of = '', where }) => {
      const near = didYouMean(of, [...known, ...ssh.keys()])
      const next = `${near}\`ops hosts\` lists hosts and groups; [values] alone is for all hosts.`
      return inputError(`[values ${of}] is for no host and no group`, { where, next }).data
    })
}

/** Whether a group is a part of another, directly or through others. */
function isInside({ groups }: Inventory, inner: string, outer: string): boolean {
  const seen = new Set<string>()
  const holds = (name: string): boolean => {
    if (seen.has(name)) return false
    seen.add(name)
    const inside = (groups.get(name)?.members ?? []).filter(member => groups.has(member))
    return inside.some(member => member === inner || holds(member))
  }
  return inner !== outer && holds(outer)
}

function isSame(one: InventoryValue, other: InventoryValue): boolean {
  return JSON.stringify(one.value) === JSON.stringify(other.value)
}

function undecided(host: string, one: HeldValue, other: HeldValue): ErrorData {
  const title = `${one.name} of ${host} is given by ${one.section} and, otherwise, by ${other.section} (line ${other.where.line})`
  return inputError(title, {
    where: one.valueWhere,
    next: `Neither group is a part of the other: write \`${one.name} = ...\` under [values ${host}].`,
  }).data
}

function sectionName(of: string | undefined): string {
  return of === undefined ? '[values]' : `[values ${of}]`
}
