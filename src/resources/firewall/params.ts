/** What a recipe says of a firewall, and which rules follow for a host. */
import { z } from 'zod'
import { presence } from '../paths/params.ts'
import { type Action, concerns, isFrom, type Rule, rule, words } from './rule.ts'

const rules = (which: string) => z.array(rule).default([]).describe(which)

/** The params of `firewall`. */
export const firewallParams = z.strictObject({
  allow: rules(
    "What may come in, as ufw says it: `'80/tcp'`, `53`, `'6000:6007/udp'`, `{ port: 22, from: '10.0.0.0/8', protocol: 'tcp', interface: 'eth1' }`.",
  ),
  limit: rules('The same, at most 6 new connections in half a minute from one address.'),
  deny: rules(
    'What may not, though a rule of the other lists allows it; a rule in `limit` counts before the same in `allow`.',
  ),
  default: z
    .enum(['deny', 'reject', 'allow'])
    .default('deny')
    .describe('What becomes of all else that comes in; answers to what the host began always come in.'),
  by: z
    .enum(['ufw', 'nftables'])
    .optional()
    .describe(
      'Needed only where the host has both: ufw otherwise, unless nftables.service is what is enabled.',
    ),
  state: presence('`absent`: ufw is disabled, or our table of nftables and its file are gone.'),
})

export type FirewallParams = z.output<typeof firewallParams>

/** By which ports a host lets us in, and from which address we come; empty where that is not known. */
export interface Login {
  readonly ports: readonly number[]
  readonly client: string
}

export interface ActingRule {
  readonly action: Action
  readonly rule: Rule
}

const isNamed = ({ allow, limit }: FirewallParams, port: number) =>
  [...allow, ...limit].some(each => each.ports !== undefined && concerns(each, port))

/** All rules in the order in which the first that fits decides; the ports of sshd that no rule names are open. */
export function rulesFor(given: FirewallParams, { ports }: Login): readonly ActingRule[] {
  const list = (action: Action, of: readonly Rule[]) => of.map(each => ({ action, rule: each }))
  const open = ports
    .filter(port => !isNamed(given, port))
    .map((port): Rule => ({ protocol: 'tcp', ports: { first: port, last: port } }))
  const all = [
    ...list('deny', given.deny),
    ...list('limit', given.limit),
    ...list('allow', [...given.allow, ...open]),
  ]
  // One that comes twice is one, whatever its action: the first decides, and ufw would keep the last.
  const names = all.map(({ rule: each }) => words(each))
  return all.filter((_, at) => names.indexOf(names[at] ?? '') === at)
}

export const ruleWords = ({ action, rule: each }: ActingRule): string => `${action} ${words(each)}`

/** As the plan shows it. */
export function wantedWords(given: FirewallParams): string {
  const named = rulesFor(given, { ports: [], client: '' }).map(ruleWords)
  return [...named, 'ssh', `else ${given.default}`].join(', ')
}

/** Whether it hangs on the address of the client what its rules let in. */
export const goesByAddress = ({ allow, limit, deny }: FirewallParams): boolean =>
  [...allow, ...limit, ...deny].some(({ from }) => from !== undefined)

/** Why we would not get in any more; undefined where we would. By which interface we come is not known, and so not judged. */
export function shutOut(given: FirewallParams, { ports, client }: Login): string | undefined {
  for (const port of ports) {
    const fits = (each: Rule) => concerns(each, port) && (client === '' || isFrom(each, client))
    const denied = given.deny.find(each => each.interface === undefined && fits(each))
    if (denied)
      return `deny ${words(denied)} would shut out ssh itself, port ${port}${client && `, from ${client}`}`
    if (client === '' || given.default === 'allow' || !isNamed(given, port)) continue
    if (![...given.allow, ...given.limit].some(fits)) {
      return `ssh comes from ${client}, and of the rules that name its port ${port} none lets that address in: allow it, too`
    }
  }
  return undefined
}
