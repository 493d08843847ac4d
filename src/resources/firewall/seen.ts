/** What was seen of a firewall, in the words of the plan. */
import { createHash } from 'node:crypto'
import { nftWords } from './nft-words.ts'
import { chainLines, listed, tableText } from './nftables.ts'
import { type FirewallParams, type Login, rulesFor, wantedWords } from './params.ts'
import { type Families, isForeign, keeps, type Tuple, tuplesIn } from './ufw.ts'

type Found = Readonly<Record<string, unknown>>

export const policies = { deny: 'DROP', reject: 'REJECT', allow: 'ACCEPT' } as const

export const loginOf = ({ ports = '', client = '' }: Found): Login => ({
  ports: String(ports).split(' ').filter(Boolean).map(Number),
  client: String(client),
})

export const tuplesFound = ({ rules4 = '', rules6 = '' }: Found): readonly Tuple[] => [
  ...tuplesIn(String(rules4), 4),
  ...tuplesIn(String(rules6), 6),
]

/** Of a host without IPv6 ufw takes no rules for it, and heeds none that it has. */
export const familiesOf = ({ ipv6 }: Found): Families => (ipv6 === 'none' ? [4] : [4, 6])

interface Seen {
  readonly rules: string
  readonly boot: string
}

/** By what the look says of the kernel: nothing of ufw is reached. */
const idleWords: ReadonlyMap<string, string> = new Map([
  ['no', 'none'],
  ['cut', 'none, as INPUT does not lead to the chains of ufw (`iptables -F` does that)'],
  ['foreign', 'none of ufw, and others let nothing in by default'],
])

export function byUfw(found: Readonly<Record<string, string>>, given: FirewallParams): Seen {
  const { enabled, unit, policy, ipv6, loaded } = found
  if (given.state === 'absent') {
    return {
      rules: loaded !== undefined && idleWords.has(loaded) ? 'none' : 'those of ufw',
      boot: enabled === 'yes' ? 'those of ufw' : 'none',
    }
  }
  const tuples = tuplesFound(found)
  const isKept =
    policy === policies[given.default] &&
    ipv6 !== 'no' &&
    keeps(tuples, rulesFor(given, loginOf(found)), familiesOf(found))
  const ours = tuples
    .filter(each => !isForeign(each))
    .map(({ family, text }) => `${text}${family === 6 ? ' (v6)' : ''}`)
  const kept = [...ours, ...(ipv6 === 'no' ? ['IPv6 is not filtered'] : []), `else ${policy}`].join(', ')
  const idle = loaded === undefined ? undefined : idleWords.get(loaded)
  const rules =
    idle !== undefined
      ? ours.length > 0
        ? `${idle === 'none' ? '' : `${idle}; `}not loaded: ${ours.join(', ')}`
        : idle
      : loaded === 'yes'
        ? isKept
          ? wantedWords(given)
          : kept
        : `other than ufw keeps${isKept ? '' : ` (${kept})`}`
  const isEnabled = enabled === 'yes' && unit === 'enabled'
  return { rules, boot: isEnabled ? (isKept ? 'the same' : 'other rules') : 'none: ufw is not enabled' }
}

export function byNftables(found: Readonly<Record<string, string>>, given: FirewallParams): Seen {
  const { chain = '', file, read, unit, root } = found
  const lines = chain
    .split('\t')
    .filter(line => line !== '')
    .map(listed)
  if (given.state === 'absent') {
    const isLeft = file !== undefined && file !== 'none'
    return {
      rules: root === 'no' ? 'known to root alone' : lines.length === 0 ? 'none' : nftWords(lines),
      boot: isLeft || read === 'yes' ? 'those of ops' : 'none',
    }
  }
  const wanted = chainLines(rulesFor(given, loginOf(found)), given)
  const isRunning = lines.length === wanted.length && lines.every((line, at) => line === wanted[at])
  const sha = createHash('sha256').update(tableText(wanted)).digest('hex')
  const lacks =
    file !== sha
      ? file === 'none' || file === undefined
        ? 'none'
        : 'other rules'
      : read === 'no'
        ? 'none: /etc/nftables.conf does not read them'
        : unit !== 'enabled'
          ? `none: nftables.service is ${unit}`
          : 'the same'
  return {
    rules: isRunning ? wantedWords(given) : lines.length === 0 ? 'none' : nftWords(lines),
    boot: lacks,
  }
}
