/** What a firewall keeps for the next boot, in full: an undo takes nothing away to which somebody has added since. */
import { createHash } from 'node:crypto'
import { chainLines, tableText } from './nftables.ts'
import { type FirewallParams, rulesFor } from './params.ts'
import { familiesOf, loginOf, policies, tuplesFound } from './seen.ts'
import { isForeign, type Tuple, tuplesOf } from './ufw.ts'

type Found = Readonly<Record<string, unknown>>

/** As it was found. */
export function keptRules(found: Found): string {
  if (found.by !== 'ufw') return String(found.file ?? 'none')
  const families: readonly number[] = familiesOf(found)
  const heeded = tuplesFound(found).filter(each => families.includes(each.family))
  return words(heeded, String(found.policy))
}

/** As a run with these params leaves it. */
export function keptRulesAfter(found: Found, given: FirewallParams): string {
  const rules = rulesFor(given, loginOf(found))
  if (found.by !== 'ufw')
    return createHash('sha256')
      .update(tableText(chainLines(rules, given)))
      .digest('hex')
  return words(
    rules.flatMap(each => tuplesOf(each, familiesOf(found))),
    policies[given.default],
  )
}

/** Without the bans of others, which come and go. */
function words(tuples: readonly Tuple[], policy: string): string {
  const ours = tuples.filter(each => !isForeign(each))
  const parts = ([4, 6] as const).flatMap(family =>
    ours.filter(each => each.family === family).map(({ text }) => `${text}${family === 6 ? ' (v6)' : ''}`),
  )
  return [...parts, `else ${policy}`].join(', ')
}
