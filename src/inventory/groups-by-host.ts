/** Which groups of ops.ini each host is in. */
import { isGlob, matchesGlob } from './glob.ts'
import type { Inventory } from './inventory.ts'

/** For each name that is a member of anything: its groups, direct or not, in the order of ops.ini. */
export function groupsByHost({ hosts, groups }: Inventory): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, ReadonlySet<string>>()
  const membersOf = (name: string): ReadonlySet<string> => {
    const before = known.get(name)
    if (before) return before
    const members = new Set<string>()
    // A group that contains itself ends here, whoever wrote it.
    known.set(name, members)
    for (const member of groups.get(name)?.members ?? []) {
      if (groups.has(member)) {
        for (const inner of membersOf(member)) members.add(inner)
      } else if (isGlob(member)) {
        for (const host of hosts.keys()) if (matchesGlob(member, host)) members.add(host)
      } else members.add(member)
    }
    return members
  }
  const byHost = new Map<string, string[]>()
  for (const group of groups.keys()) {
    for (const member of membersOf(group)) byHost.set(member, [...(byHost.get(member) ?? []), group])
  }
  return byHost
}
