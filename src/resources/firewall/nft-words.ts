/** A chain of ours as nft lists it, in the words of the step. */
import { always, rejects, triesOf } from './nftables.ts'

const protocols: Readonly<Record<string, string>> = {
  '': 'all',
  'meta l4proto 6': 'tcp',
  'meta l4proto 17': 'udp',
}

/**
 * `deny all from 192.0.2.7 on eth0, allow 80/tcp, else deny`; what ops does not write, or not there, is told as nft has it: two chains
 * have the same words only where they are the same.
 */
export function nftWords(lines: readonly string[]): string {
  const [head = '', ...rest] = lines
  const lacks: string[] = []
  let first = 0
  for (const line of always) {
    if (rest[first] === line) first++
    else lacks.push(`without ${line}`)
  }
  const end = rest.length - rejects.length
  const isRejecting = end >= first && rejects.every((line, at) => rest[end + at] === line)
  const own = rest.slice(first, isRejecting ? end : undefined)
  const told: string[] = []
  for (let at = 0; at < own.length; at++) {
    const line = own[at] ?? ''
    const match = /^(.*) ct state new update @tries[46] \{/.exec(line)?.[1]
    const family = match === undefined ? undefined : familyOf(match)
    const limit = match === undefined ? [] : [...triesOf(match, family), `${match} accept`]
    const isLimit = limit.length > 0 && limit.every((each, more) => each === own[at + more])
    told.push(ruleOf(isLimit ? (limit.at(-1) ?? line) : line, isLimit) ?? `nft: ${line}`)
    if (isLimit) at += limit.length - 1
  }
  return [...told, ...lacks, `else ${restOf(head, isRejecting)}`].join(', ')
}

function restOf(head: string, isRejecting: boolean): string {
  const policy = /^type filter hook input priority filter; policy (drop|accept);$/.exec(head)?.[1]
  if (policy === 'drop') return isRejecting ? 'reject' : 'deny'
  return policy === 'accept' && !isRejecting ? 'allow' : `${isRejecting ? 'reject, ' : ''}nft: ${head}`
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
