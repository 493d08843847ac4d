/** The rules as ufw keeps them, a tuple each, and the words of ufw that bring one or take it away. */
import type { ActingRule } from './params.ts'

/** One rule of /etc/ufw/user.rules (family 4) or user6.rules (6). */
export interface Tuple {
  readonly family: 4 | 6
  readonly text: string
}

/** The families that the host has. */
export type Families = readonly (4 | 6)[]

const both: Families = [4, 6]

const anywhere = { 4: '0.0.0.0/0', 6: '::/0' } as const

/** What ufw writes for a rule, without its comment. */
export function tuplesOf({ action, rule }: ActingRule, families: Families = both): readonly Tuple[] {
  const { ports, protocol, from, interface: name } = rule
  const range = ports
    ? ports.first === ports.last
      ? `${ports.first}`
      : `${ports.first}:${ports.last}`
    : 'any'
  const of = from ? [from.family] : both
  return of
    .filter(family => families.includes(family))
    .map(family => ({
      family,
      text: `${action} ${protocol} ${range} ${anywhere[family]} any ${from?.text ?? anywhere[family]} in${name === undefined ? '' : `_${name}`}`,
    }))
}

/** Reads what was found, parted by tabs. */
export const tuplesIn = (text: string, family: 4 | 6): readonly Tuple[] =>
  text
    .split('\t')
    .filter(line => line !== '')
    .map(line => ({ family, text: line.replace(/ comment=\S*$/, '') }))

interface Parts {
  readonly action: string
  readonly protocol: string
  readonly port: string
  readonly to: string
  readonly sourcePort: string
  readonly from: string
  readonly apps: readonly [string, string]
  readonly way: string
}

function partsOf({ text }: Tuple): Parts {
  const all = text.split(' ')
  const [action = '', protocol = '', port = '', to = '', sourcePort = '', from = ''] = all
  const [toApp = '-', fromApp = '-'] = all.length > 7 ? all.slice(6, 8) : []
  return { action, protocol, port, to, sourcePort, from, apps: [toApp, fromApp], way: all.at(-1) ?? '' }
}

/** What is routed or goes out is not our matter; and what keeps out one address (fail2ban does that) opens nothing. */
export function isForeign(tuple: Tuple): boolean {
  const { action, from, way } = partsOf(tuple)
  if (action.startsWith('route:') || !/^in(?:_|$)/.test(way) || way.includes('!')) return true
  return /^(?:deny|reject)/.test(action) && from !== anywhere[tuple.family]
}

/** The words of `ufw delete` for a rule that was found. */
export function deletion(tuple: Tuple): readonly string[] {
  const { action, protocol, port, to, sourcePort, from, apps, way } = partsOf(tuple)
  const [verb = '', log] = action.split('_')
  const on = way.startsWith('in_') ? ['in', 'on', way.slice(3)] : []
  const [toApp, fromApp] = apps.map(each => (each === '-' ? [] : ['app', each.replaceAll('%20', ' ')])) as [
    string[],
    string[],
  ]
  const isApp = toApp.length + fromApp.length > 0
  const byPort = (given: string) => (given === 'any' ? [] : ['port', given])
  return [
    'delete',
    verb,
    ...on,
    ...(log === undefined ? [] : [log === 'log-all' ? 'log-all' : 'log']),
    ...(protocol === 'any' || isApp ? [] : ['proto', protocol]),
    'from',
    from,
    ...(fromApp.length > 0 ? fromApp : byPort(sourcePort)),
    'to',
    to,
    ...(toApp.length > 0 ? toApp : byPort(port)),
  ]
}

/** The words of ufw that add a rule at the end. */
function addition({ action, rule }: ActingRule): readonly string[] {
  const { ports, protocol, from, interface: name } = rule
  const range = ports && (ports.first === ports.last ? `${ports.first}` : `${ports.first}:${ports.last}`)
  return [
    action,
    ...(name === undefined ? [] : ['in', 'on', name]),
    ...(protocol === 'any' ? [] : ['proto', protocol]),
    'from',
    from?.text ?? 'any',
    'to',
    'any',
    ...(range === undefined ? [] : ['port', range]),
  ]
}

const same = (one: readonly Tuple[], other: readonly Tuple[]) =>
  one.length === other.length && one.every(({ text }, at) => text === other[at]?.text)

const of = (family: 4 | 6, all: readonly Tuple[]) => all.filter(each => each.family === family)

/** Those of what was found that are ours to say, and the rules that ufw can have: none of a family that the host lacks. */
function matters(found: readonly Tuple[], rules: readonly ActingRule[], families: Families) {
  const wanted = rules.flatMap(each => tuplesOf(each, families))
  const isWanted = (tuple: Tuple) =>
    wanted.some(({ family, text }) => family === tuple.family && text === tuple.text)
  const ours = found.filter(each => families.includes(each.family) && (!isForeign(each) || isWanted(each)))
  return { ours, wanted, isWanted, possible: rules.filter(each => tuplesOf(each, families).length > 0) }
}

/** Whether ufw keeps these rules in this order, beside those of others. */
export function keeps(
  found: readonly Tuple[],
  rules: readonly ActingRule[],
  families: Families = both,
): boolean {
  const { ours, wanted } = matters(found, rules, families)
  return families.every(family => same(of(family, ours), of(family, wanted)))
}

/** What ufw has and is to lose, a rule each, in few words where it is of all addresses: `allow tcp 3001 (v6)`. */
export function leaving(
  found: readonly Tuple[],
  rules: readonly ActingRule[],
  families: Families = both,
): readonly string[] {
  const { ours, isWanted } = matters(found, rules, families)
  return ours
    .filter(each => !isWanted(each))
    .map(({ family, text }) => {
      const all = `${anywhere[family]} any ${anywhere[family]} in`
      return `${text.replace(` ${all}`, '')}${family === 6 ? ' (v6)' : ''}`
    })
}

/** What to tell ufw, in order: first what goes, then what comes. Only where order demands it, all of ours anew. */
export function ufwSteps(
  found: readonly Tuple[],
  rules: readonly ActingRule[],
  families: Families = both,
): readonly (readonly string[])[] {
  const { ours, isWanted, possible } = matters(found, rules, families)
  const left = ours.filter(isWanted)
  const isLeft = (tuple: Tuple) =>
    left.some(({ family, text }) => family === tuple.family && text === tuple.text)
  const whole = possible.filter(each => tuplesOf(each, families).every(isLeft))
  const stays = whole.flatMap(each => tuplesOf(each, families))
  const isOrdered = families.every(family => same(of(family, left), of(family, stays)))
  const first = possible.findIndex(each => whole.includes(each))
  const [before, after] = [possible.slice(0, Math.max(first, 0)), possible.slice(first + whole.length)]
  // Put first, what lets in would pass by what others keep out.
  const isTogether =
    first >= 0 &&
    whole.every((each, at) => each === possible[first + at]) &&
    before.every(({ action }) => action === 'deny')
  if (!isOrdered || !isTogether) return [...ours.map(deletion), ...possible.map(addition)]
  return [
    ...ours.filter(each => !left.includes(each)).map(deletion),
    ...before.toReversed().map(each => ['prepend', ...addition(each)]),
    ...after.map(addition),
  ]
}
