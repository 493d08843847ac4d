/** What may come in to a host: by ufw or by nftables, as the host has it. */
import type { State } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { firewallChangeLibrary } from './firewall/change.ts'
import { keptRules, keptRulesAfter } from './firewall/kept-rules.ts'
import { firewallLookLibrary, tableFile } from './firewall/look.ts'
import { nftWords } from './firewall/nft-words.ts'
import { chainLines, tableText } from './firewall/nftables.ts'
import {
  type FirewallParams,
  firewallParams,
  goesByAddress,
  rulesFor,
  shutOut,
  wantedWords,
} from './firewall/params.ts'
import { byNftables, byUfw, familiesOf, loginOf, tuplesFound } from './firewall/seen.ts'
import { leaving, ufwSteps } from './firewall/ufw.ts'
import { readKeys } from './paths/params.ts'
import { programFolders } from './paths/program-folders.ts'

/** `firewall {allow, limit, deny, default, by, state}`. */
export const firewall = resource({
  type: 'firewall',
  doc: 'What may come in, now and after each boot, by ufw or nftables as the host has it; the way that ops itself comes in is kept open.',
  undone:
    'One that it set up where there was none goes again. Other rules of ufw, and those that the kernel runs by nftables, stay until the next boot or `ufw` says otherwise.',
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
  probe: given => sh`ops_firewall_look ${given.by ?? ''} ${goesByAddress(given) ? 'yes' : ''}`,
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
      kept: keptRules(found),
      ...(/^masked/.test(found.unit ?? '') && { masked: `${by === 'ufw' ? 'ufw' : 'nftables'}.service` }),
      loaded: found.loaded ?? '',
      ipv6: found.ipv6 ?? '',
      rules4: found.rules4 ?? '',
      rules6: found.rules6 ?? '',
    }
  },
  desired: given =>
    given.state === 'absent'
      ? { rules: 'none', boot: 'none' }
      : { rules: wantedWords(given), boot: 'the same' },
  needs: ({ by }, given) =>
    by === 'none'
      ? {
          what: given.by === undefined ? 'neither ufw nor nftables' : `no ${given.by}`,
          packages: given.by === undefined ? /^(ufw|nftables)$/ : new RegExp(`^${given.by}$`),
          by: programFolders,
          next: `Put a step before it that installs it: apt({ packages: ['${given.by ?? 'ufw'}'] }).`,
        }
      : undefined,
  impossible: ({ clash = '', root, shut = '', loaded, masked }, given) => {
    if (root === 'no') return 'only root may look at a firewall'
    if (given.state === 'absent') return undefined
    if (masked !== undefined)
      return `${masked} is masked, so that nothing would load the rules at boot: \`systemctl unmask ${masked}\` first, if that was not meant`
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
    const steps = ufwSteps(tuplesFound(actual), rules, familiesOf(actual))
    return [sh`ops_firewall_ufw ${given.default} ${steps.flatMap(words => [String(words.length), ...words])}`]
  },
  wayBack: ({ actual }, given) => {
    const { by, rules, boot } = actual
    const { state } = given
    if (by === 'ufw' && state === 'absent') return { cannot: 'ufw keeps its rules: `ufw enable` loads them' }
    if (by === 'ufw' && rules !== 'none') {
      return {
        cannot:
          'ufw itself deleted and added rules, which no copy is kept of: the record of the run says what was there',
      }
    }
    if (state === 'absent' || rules !== 'none' || !String(boot).startsWith('none')) {
      return {
        cannot: 'its files are put back, and until the next boot the kernel goes on with the rules of now',
      }
    }
    const isUfw = by === 'ufw'
    const left = {
      rules: isUfw ? 'those of ufw' : nftWords(chainLines(rulesFor(given, loginOf(actual)), given)),
      boot: isUfw ? 'those of ufw' : 'those of ops',
      kept: keptRulesAfter(actual, given),
    }
    const stays = isUfw ? { stays: 'ufw keeps the rules and the default of that run, and is disabled' } : {}
    return { params: { by: String(by), state: 'absent' }, left, ...stays, withFiles: true }
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
  notes: (detail, given, _said, change) => [
    ...(given.state === 'present' && detail.trim() !== ''
      ? [`others judge what comes in as well, and may keep out what this lets in: ${listedLines(detail)}`]
      : []),
    ...(change ? changeNotes(change.actual, given) : []),
  ],
})

const listedLines = (text: string) => text.trim().split('\n').join('; ')

function changeNotes(actual: State, given: FirewallParams): readonly string[] {
  const { state, limit, allow, deny } = given
  if (state === 'absent')
    return ['without it all that the host listens on can be reached, as far as nothing else filters']
  const gone =
    actual.by === 'ufw'
      ? leaving(tuplesFound(actual), rulesFor(given, loginOf(actual)), familiesOf(actual))
      : []
  return [
    ...(gone.length > 0 ? [`what ufw keeps and no rule of this step says goes: ${gone.join(', ')}`] : []),
    'it filters what comes to the host itself: ports that Docker publishes are forwarded, and pass it by',
    ...(limit.length > 0
      ? ['what is limited counts for ops as well: many logins within half a minute are refused']
      : []),
    ...(actual.ipv6 === 'none' && [...allow, ...limit, ...deny].some(({ from }) => from?.family === 6)
      ? ['the host has no IPv6, and so ufw takes no rules of IPv6: they are left out']
      : []),
  ]
}
