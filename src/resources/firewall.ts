/** What may come in to a host: by ufw or by nftables, as the host has it. */
import { createHash } from 'node:crypto'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { firewallChangeLibrary } from './firewall/change.ts'
import { firewallLookLibrary, tableFile } from './firewall/look.ts'
import { chainLines, listed, tableText } from './firewall/nftables.ts'
import {
  type FirewallParams,
  firewallParams,
  type Login,
  rulesFor,
  shutOut,
  wantedWords,
} from './firewall/params.ts'
import { isForeign, keeps, tuplesIn, ufwSteps } from './firewall/ufw.ts'
import { readKeys } from './paths/params.ts'

const policies = { deny: 'DROP', reject: 'REJECT', allow: 'ACCEPT' } as const

/** `firewall {allow, limit, deny, default, by, state}`. */
export const firewall = resource({
  type: 'firewall',
  doc: 'What may come in, now and after each boot, by ufw or nftables as the host has it; the way that ops itself comes in is kept open.',
  params: firewallParams,
  examples: [
    { title: 'A web server', params: { allow: ['80/tcp', '443/tcp'] } },
    {
      title: 'ssh from the office alone, a database from one host, and nothing from a nuisance',
      params: {
        limit: [{ port: 22, protocol: 'tcp', from: '198.51.100.0/24' }],
        allow: [
          { port: 5432, protocol: 'tcp', from: '10.0.0.7' },
          { port: '6000:6007', protocol: 'udp', interface: 'eth1' },
        ],
        deny: [{ from: '2001:db8::/32' }],
        default: 'reject',
      },
    },
    { title: 'None', params: { state: 'absent' } },
  ],
  identity: given => (given.state === 'absent' ? 'none' : `${given.default} incoming`),
  library: [wayLibrary, firewallLookLibrary, writeLibrary, firewallChangeLibrary],
  refuses: true,
  takesBack: true,
  probe: ({ by }) => sh`ops_firewall_look ${by ?? ''}`,
  parse: (observation, given) => {
    const found = readKeys(observation, ['root', 'by', 'ports', 'client'])
    const { by = '', ports = '', client = '', clash = '', root = '' } = found
    const shut = shutOut(given, loginOf(found)) ?? ''
    const { rules, boot } = by === 'ufw' ? byUfw(found, given) : byNftables(found, given)
    return {
      by,
      rules,
      boot,
      ports,
      client,
      clash,
      root,
      shut,
      loaded: found.loaded ?? '',
      rules4: found.rules4 ?? '',
      rules6: found.rules6 ?? '',
    }
  },
  desired: given =>
    given.state === 'absent'
      ? { rules: 'none', boot: 'none' }
      : { rules: wantedWords(given), boot: 'the same' },
  impossible: ({ by, clash = '', root, shut = '', loaded }, given) => {
    if (by === 'none') {
      const lack = given.by ?? 'neither ufw nor nftables'
      return `${lack} is ${given.by ? 'not ' : ''}installed: put apt({ packages: ['${given.by ?? 'ufw'}'] }) before it`
    }
    if (root === 'no') return 'only root may look at a firewall'
    if (given.state === 'absent') return undefined
    if (clash !== '') return `${clash}: two firewalls would be in each other's way, so disable one first`
    if (loaded === 'unknown')
      return 'what ufw keeps and what the kernel runs cannot be compared here (no network can be made by unshare -n, or ufw keeps rules that do not load)'
    return shut === '' ? undefined : String(shut)
  },
  apply: ({ actual }, given) => {
    const isUfw = actual.by === 'ufw'
    if (given.state === 'absent') return [isUfw ? sh`ops_firewall_ufw_absent` : sh`ops_firewall_nft_absent`]
    const rules = rulesFor(given, loginOf(actual))
    if (!isUfw) return [sh`ops_firewall_nft ${tableText(chainLines(rules, given))}`]
    const steps = ufwSteps(tuplesFound(actual), rules)
    return [sh`ops_firewall_ufw ${given.default} ${steps.flatMap(words => [String(words.length), ...words])}`]
  },
  wayBack: ({ actual }, { state }) => {
    const { by, rules, boot } = actual
    if (state === 'absent' || rules !== 'none' || !String(boot).startsWith('none')) {
      return {
        cannot: 'its files are put back, and until the next boot the kernel goes on with the rules of now',
      }
    }
    const left = by === 'ufw' ? { rules: 'those of ufw', boot: 'those of ufw' } : { boot: 'our table' }
    return { params: { by: String(by), state: 'absent' }, left, withFiles: true }
  },
  owns: () => [`path:${tableFile}`, `path:/etc/nftables.conf#include ${tableFile}`],
  affects: () => [
    `path:${tableFile}`,
    'path:/etc/nftables.conf',
    'path:/etc/ufw/',
    'path:/etc/default/ufw',
    'unit:ufw',
    'unit:nftables',
  ],
  reads: () => [
    'pkg:ufw',
    'pkg:nftables',
    'pkg:firewalld',
    'pkg:openssh-server',
    'path:/etc/ssh/',
    'unit:firewalld',
    'unit:ssh.socket',
  ],
  notes: (_detail, { state, limit }, _said, change) =>
    !change
      ? []
      : state === 'absent'
        ? ['without it all that the host listens on can be reached, as far as nothing else filters']
        : [
            'it filters what comes to the host itself: ports that Docker publishes are forwarded, and pass it by',
            ...(limit.length > 0
              ? ['what is limited counts for ops as well: many logins within half a minute are refused']
              : []),
          ],
})

const loginOf = ({ ports = '', client = '' }: { readonly [key: string]: unknown }): Login => ({
  ports: String(ports).split(' ').filter(Boolean).map(Number),
  client: String(client),
})

const tuplesFound = ({ rules4 = '', rules6 = '' }: { readonly [key: string]: unknown }) => [
  ...tuplesIn(String(rules4), 4),
  ...tuplesIn(String(rules6), 6),
]

interface Seen {
  readonly rules: string
  readonly boot: string
}

function byUfw(found: Readonly<Record<string, string>>, given: FirewallParams): Seen {
  const { enabled, unit, policy, ipv6, loaded } = found
  if (given.state === 'absent') {
    return {
      rules: loaded === 'no' ? 'none' : 'those of ufw',
      boot: enabled === 'yes' ? 'those of ufw' : 'none',
    }
  }
  const tuples = tuplesFound(found)
  const isKept =
    policy === policies[given.default] && ipv6 !== 'no' && keeps(tuples, rulesFor(given, loginOf(found)))
  const ours = tuples
    .filter(each => !isForeign(each))
    .map(({ family, text }) => `${text}${family === 6 ? ' (v6)' : ''}`)
  const kept = [...ours, ...(ipv6 === 'no' ? ['IPv6 is not filtered'] : []), `else ${policy}`].join(', ')
  const rules =
    loaded === 'no'
      ? 'none'
      : loaded === 'yes'
        ? isKept
          ? wantedWords(given)
          : kept
        : 'other than ufw keeps'
  const isEnabled = enabled === 'yes' && unit === 'enabled'
  return { rules, boot: isEnabled ? (isKept ? 'the same' : 'other rules') : 'none: ufw is not enabled' }
}

function byNftables(found: Readonly<Record<string, string>>, given: FirewallParams): Seen {
  const { chain = '', file, read, unit } = found
  const lines = chain
    .split('\t')
    .filter(line => line !== '')
    .map(listed)
  if (given.state === 'absent') {
    const isLeft = file !== undefined && file !== 'none'
    return {
      rules: lines.length === 0 ? 'none' : lines.join(', '),
      boot: isLeft || read === 'yes' ? 'our table' : 'none',
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
      : read !== 'yes'
        ? 'none: /etc/nftables.conf does not read them'
        : unit !== 'enabled'
          ? `none: nftables.service is ${unit}`
          : 'the same'
  return {
    rules: isRunning ? wantedWords(given) : lines.length === 0 ? 'none' : lines.join(', '),
    boot: lacks,
  }
}
