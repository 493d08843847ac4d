/** A chain of ours as nft lists it, in the words of the step. */
import { always, rejects, triesOf } from './nftables.ts'

const protocols: Readonly<Record<string, string>> = {
  '': 'all',
  'meta l4proto 6': 'tcp',
  'meta l4proto 17': 'udp',
}

/** `deny all from 192.0.2.7 on eth0, allow 80/tcp, else deny`; what ops does not write is told as nft has it. */
export function nftWords(lines: readonly string[]): string {
  const [head = '', ...rest] = lines
  const known = new Set([...always, ...rejects])
  const told: string[] = []
  const own = rest.filter(line => !known.has(line))
  for (let at = 0; at < own.length; at++) {
    const line = own[at] ?? ''
    const match = /^(.*) ct state new update @tries[46] \{/.exec(line)?.[1]
    const family = match === undefined ? undefined : familyOf(match)
    const limit = match === undefined ? [] : [...triesOf(match, family), `${match} accept`]
    const isLimit = limit.length > 0 && limit.every((each, more) => each === own[at + more])
    told.push(ruleOf(isLimit ? (limit.at(-1) ?? line) : line, isLimit) ?? `nft: ${line}`)
    if (isLimit) at += limit.length - 1
  }
  const lacks = always.filter(line => !rest.includes(line)).map(line => `without ${line}`)
  return [...told, ...lacks, `else ${restOf(head, rest)}`].join(', ')
}

function restOf(head: string, lines: readonly string[]): string {
  if (rejects.every(line => lines.includes(line))) return 'reject'
  const policy = /policy (\w+);$/.exec(head)?.[1]
  return policy === 'drop' ? 'deny' : policy === 'accept' ? 'allow' : `nft: ${head}`
}

function familyOf(match: string): 4 | 6 | undefined {
  const found = /(?:^| )ip(6?) saddr /.exec(match)
  return found ? (found[1] === '6' ? 6 : 4) : undefined
}

function ruleOf(line: string, isLimit: boolean): string | undefined {
  if (!isLimit && line.includes(' @tries')) return undefined
  const [, name, from, match = '', verdict] =
    /^(?:iifname "([^"]+)" )?(?:ip6? saddr (\S+) )?(.*?) ?(accept|drop)$/.exec(line) ?? []
  const what = protocols[match] ?? portsOf(match)
  if (verdict === undefined || what === undefined) return undefined
  const action = verdict === 'drop' ? 'deny' : isLimit ? 'limit' : 'allow'
  return [
    `${action} ${what}`,
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(name === undefined ? [] : [`on ${name}`]),
  ].join(' ')
}

function portsOf(match: string): string | undefined {
  const [, protocol, first, last] =
    /^(?:(tcp|udp)|meta l4proto \{ 6, 17 \} th) dport (\d+)(?:-(\d+))?$/.exec(match) ?? []
  if (first === undefined) return undefined
  return `${first}${last === undefined ? '' : `:${last}`}${protocol === undefined ? '' : `/${protocol}`}`
}
