/** What the host puts back of its rules by itself, with the programs that it had before the run and those that came with it. */
import { expect, test } from 'vitest'
import { armLibrary } from '../../../src/engine/access/arm-shell.ts'
import { restoreScript } from '../../../src/engine/access/restore-shell.ts'
import type { Host } from '../../hosts/host.ts'

/** Rules of these tests name these addresses, so that no rule of the host itself is meant. */
const shown =
  '{ nft list ruleset; iptables-save; ip6tables-save; iptables-legacy-save; } 2>/dev/null | grep -o -E "192\\.0\\.2\\.[0-9]+|2001:db8::[0-9]+|hey" | sort | uniq -c | tr -s " \\n" " "'

interface Case {
  readonly title: string
  /** Programs that the host did not have before. */
  readonly lacks?: readonly string[]
  /** Programs that it does not have any more. */
  readonly loses?: readonly string[]
  readonly before?: string
  readonly change: string
  /** What is told of what could not be put back. */
  readonly told?: string
}

const iptables = ['iptables', 'ip6tables', 'iptables-legacy', 'ip6tables-legacy'].flatMap(each => [
  each,
  `${each}-save`,
  `${each}-restore`,
])
const notBack = 'the rules of the firewall are not as they were\n'
const drops = (family: string, chain: string) =>
  `nft 'add table ${family}; add chain ${family} ${chain} { type filter hook input priority 0; }; add rule ${family} ${chain} ip saddr 192.0.2.1 drop'`

const cases: readonly Case[] = [
  {
    title: 'chains that ufw leaves behind on a host that had iptables alone',
    lacks: ['nft'],
    change: 'ufw --force enable; ufw deny from 192.0.2.1; ufw disable',
  },
  {
    title: 'a table of nftables on a host that had iptables alone',
    lacks: ['nft'],
    before:
      'iptables -A INPUT -s 192.0.2.9 -m comment --comment hey -j DROP; ip6tables -A INPUT -s 2001:db8::9 -j DROP',
    change: drops('inet own', 'input'),
  },
  {
    title: 'a table that iptables cannot read',
    lacks: ['nft'],
    change: drops('ip filter', 'in'),
  },
  {
    title: 'rules of both kinds on a host that had no program for either',
    lacks: ['nft', ...iptables],
    change: `${drops('inet own', 'input')}; iptables -A INPUT -s 192.0.2.1 -j DROP; iptables-legacy -A INPUT -s 192.0.2.2 -j DROP`,
  },
  {
    title: 'legacy tables, which nft does not see',
    before: 'iptables-legacy -A INPUT -s 192.0.2.9 -j DROP',
    change: 'iptables-legacy -F; iptables-legacy -A INPUT -s 192.0.2.1 -j DROP',
  },
  {
    title: 'what nft shows and does not read',
    before: `iptables -A INPUT -s 192.0.2.9 -m string --algo bm --string hey -j DROP; ${drops('inet own', 'input')}`,
    change: 'iptables -F; iptables -t nat -A OUTPUT -d 192.0.2.2 -j ACCEPT; nft delete table inet own',
  },
  {
    title: 'what nft does not show: the words of a match',
    before: 'iptables -A INPUT -s 192.0.2.9 -m string --algo bm --string hey -j DROP',
    change: 'iptables -F; iptables -A INPUT -s 192.0.2.9 -m string --algo bm --string you -j DROP',
  },
  {
    title: 'an empty chain that rules are to be added to',
    before: "nft 'add table inet own; add chain inet own input { type filter hook input priority 0; }'",
    change: 'nft delete table inet own',
  },
  {
    title: 'nothing that it cannot look at any more',
    loses: ['nft'],
    change: drops('inet own', 'input'),
    told: notBack,
  },
]

const script = ({ lacks = [], loses = [], before = ':', change }: Case) => `
${restoreScript.replace(/\nops_back\n*$/, '\n')}
${armLibrary}
with() {
  rm -rf /run/with; mkdir /run/with
  ln -s /usr/sbin/* /usr/bin/* /run/with/ 2>/dev/null
  cd /run/with; rm -f -- "$@"; cd "$ops_access"; PATH=/run/with
}
everything=$PATH ops_access=/run/access ops_areas=firewall ops_area=firewall
ops_access_units() { :; }
nft flush ruleset; iptables-legacy -F
rm -rf "$ops_access"; mkdir -p "$ops_access/saved"; cd "$ops_access"; : >list
{ ${before}; } >/dev/null
were=$(${shown})
with none ${lacks.join(' ')}
ops_arm_area || echo 'not armed'
PATH=$everything
{ ${change}; } >/dev/null
! ops_back_each ops_back_rules_same || echo 'not changed'
with none ${loses.join(' ')}
ops_back_each ops_back_loaded >/dev/null 2>&1
ops_back_each ops_back_look
PATH=$everything
cat new.bad 2>/dev/null
[ "$were" = "$(${shown})" ] || echo "were: $were, are: $(${shown})" >&2
nft -s list ruleset | grep -q 'ufw' && echo 'of ufw' >&2
nft flush ruleset; iptables-legacy -F; rm -rf "$ops_access" /run/with
`

/** Tests that the host puts its rules back, or says that it could not; they leave it without a rule. */
export function putsBack(host: () => Host): void {
  test.each(cases)('puts back $title', async each => {
    const done = await host().exec('sh -s', { input: script(each) })
    expect(done.stdout).toBe(each.told ?? '')
    if (each.told === undefined) expect(done.stderr).not.toMatch(/were: |of ufw/)
  })
}
