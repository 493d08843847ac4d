/** The rules in the words of nftables, spelled as nft lists them: so that what runs can be compared. */
import type { ActingRule, FirewallParams } from './params.ts'

/** Our own table; those of others (Docker, fail2ban) are not touched. */
export const table = 'ops_firewall'

/** By number, as the names are known only where netbase is installed. */
const numbers = { tcp: 6, udp: 17 } as const

export const always = [
  'ct state established,related accept',
  'ct state invalid drop',
  'iifname "lo" accept',
  'ip protocol 1 accept',
  'meta l4proto 58 accept',
  // DHCP: answers come from another address than was asked.
  'udp sport 67 udp dport 68 accept',
  'ip6 saddr fe80::/10 udp dport 546 accept',
]

export const rejects = ['meta l4proto 6 reject with tcp reset', 'reject']

/** The lines of the chain, its first one included. */
export function chainLines(
  rules: readonly ActingRule[],
  given: Pick<FirewallParams, 'default'>,
): readonly string[] {
  const policy = given.default === 'allow' ? 'accept' : 'drop'
  return [
    `type filter hook input priority filter; policy ${policy};`,
    ...always,
    ...rules.flatMap(ruleLines),
    ...(given.default === 'reject' ? rejects : []),
  ]
}

function ruleLines({ action, rule }: ActingRule): readonly string[] {
  const { ports, protocol, from, interface: name } = rule
  const range = ports && (ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`)
  const what =
    range === undefined
      ? protocol === 'any'
        ? []
        : [`meta l4proto ${numbers[protocol]}`]
      : protocol === 'any'
        ? [`meta l4proto { 6, 17 } th dport ${range}`]
        : [`${protocol} dport ${range}`]
  const on = name === undefined ? [] : [`iifname "${name}"`]
  const match = [...on, ...(from ? [`${ip[from.family]} saddr ${from.text}`] : []), ...what].join(' ')
  return [
    ...(action === 'limit' ? triesOf(match, from?.family) : []),
    `${match} ${action === 'deny' ? 'drop' : 'accept'}`,
  ]
}

const ip = { 4: 'ip', 6: 'ip6' } as const

/** The lines that count how often an address tries. */
export const triesOf = (match: string, family?: 4 | 6): readonly string[] =>
  (family ? [family] : ([4, 6] as const)).map(
    each =>
      `${match} ct state new update @tries${each} { ${ip[each]} saddr limit rate over 12/minute burst 6 packets } drop`,
  )

const set = (family: 4 | 6) =>
  `\tset tries${family} {\n\t\ttype ipv${family}_addr\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t\ttimeout 1m\n\t}`

/** The file that loads the table, in one step, whatever was there before. */
export function tableText(lines: readonly string[]): string {
  const chain = lines.map(line => `\t\t${line}`).join('\n')
  return `# Written by ops. It stands for itself: nft -f replaces this table, and no other.
table inet ${table}
delete table inet ${table}
table inet ${table} {
${set(4)}
${set(6)}
\tchain incoming {
${chain}
\t}
}
`
}

/** One line as nft of Debian 11 to 13 lists it, in one spelling. */
export const listed = (line: string): string =>
  line.trim().replace(/^reject with icmpx (?:type )?port-unreachable$/, 'reject')
