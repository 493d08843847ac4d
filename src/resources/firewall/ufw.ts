/** The rules as ufw keeps them, a tuple each, and the words of ufw that bring one or take it away. */
import type { ActingRule } from './params.ts'

/** One rule of /etc/ufw/user.rules (family 4) or user6.rules (6). */
export interface Tuple {
  readonly family: 4 | 6
  readonly text: string
}

const anywhere = { 4: '0.0.0.0/0', 6: '::/0' } as const

/** What ufw writes for a rule, without its comment. */
export function tuplesOf({ action, rule }: ActingRule): readonly Tuple[] {
  const { ports, protocol, from, interface: name } = rule
  const range = ports
    ? ports.first === ports.last
      ? `${ports.first}`
      : `${ports.first}:${ports.last}`
    : 'any'
  return (from ? [from.family] : ([4, 6] as const)).map(family => ({
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
export function addition({ action, rule }: ActingRule): readonly string[] {
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

/** Whether ufw keeps these rules in this order, beside those of others. */
export function keeps(found: readonly Tuple[], rules: readonly ActingRule[]): boolean {
  const ours = found.filter(each => !isForeign(each) || isWanted(each, rules))
  const wanted = rules.flatMap(tuplesOf)
  return ([4, 6] as const).every(family => same(of(family, ours), of(family, wanted)))
}

const isWanted = (tuple: Tuple, rules: readonly ActingRule[]) =>
  rules.flatMap(tuplesOf).some(each => each.family === tuple.family && each.text === tuple.text)

/** What to tell ufw, in order: first what goes, then what comes. Only where order demands it, all of ours anew. */
export function ufwSteps(
  found: readonly Tuple[],
  rules: readonly ActingRule[],
): readonly (readonly string[])[] {
  const ours = found.filter(each => !isForeign(each) || isWanted(each, rules))
  const left = ours.filter(each => isWanted(each, rules))
  const whole = rules.filter(each =>
    tuplesOf(each).every(tuple =>
      left.some(({ family, text }) => family === tuple.family && text === tuple.text),
    ),
  )
  const stays = whole.flatMap(tuplesOf)
  const isStart =
    whole.every((each, at) => each === rules[at]) &&
    ([4, 6] as const).every(family => same(of(family, left), of(family, stays)))
  const gone = isStart ? ours.filter(each => !left.includes(each)) : ours
  const kept = isStart ? whole.length : 0
  return [...gone.map(deletion), ...rules.slice(kept).map(addition)]
}
