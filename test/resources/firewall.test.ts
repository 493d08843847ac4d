/** Which rules follow from what a recipe says of a firewall, and what ufw and nftables are told. */
import { describe, expect, test } from 'vitest'
import { chainLines } from '../../src/resources/firewall/nftables.ts'
import { rulesFor, shutOut } from '../../src/resources/firewall/params.ts'
import { keeps, tuplesIn, tuplesOf, ufwSteps } from '../../src/resources/firewall/ufw.ts'
import { firewall } from '../../src/resources/firewall.ts'
import { parsed } from './shells.ts'

const faultsOf = (input: unknown) =>
  firewall.definition.params.safeParse(input).error?.issues.map(({ message }) => message) ?? []
const given = (input: Parameters<typeof firewall>[0]) => parsed(firewall, input)
const ssh = { ports: [22], client: '198.51.100.4' }

describe('the rules of a firewall', () => {
  test.each([
    'x',
    0,
    '70000',
    '80/icmp',
    '90:80/tcp',
    '6000:6007',
    { port: 80, from: '10.0.0.1/8' },
    { from: '2001:db8::1/32' },
    { from: '10.0.0' },
    { from: '0.0.0.0/0' },
    { from: 'fe80::1%eth0' },
    { protocol: 'tcp' },
    { interface: 'eth0; x', port: 1 },
    "80'",
  ])('%j is none', each => expect(faultsOf({ allow: [each] })).toHaveLength(1))

  test('are spelled as the kernel spells them, denials first and ssh last', () => {
    const params = given({
      allow: ['80/tcp', 53, { from: '2001:0DB8:0::/32', port: '6000:6007', protocol: 'udp' }, '80/tcp'],
      limit: [{ port: 99, protocol: 'tcp', from: '10.0.0.0/8' }],
      deny: [{ from: '192.0.2.7/32', interface: 'eth0' }],
    })
    const rules = rulesFor(params, { ...ssh, ports: [22, 2222] })
    expect(chainLines(rules, params).slice(8)).toEqual([
      'iifname "eth0" ip saddr 192.0.2.7 drop',
      'ip saddr 10.0.0.0/8 tcp dport 99 ct state new update @tries4 { ip saddr limit rate over 12/minute burst 6 packets } drop',
      'ip saddr 10.0.0.0/8 tcp dport 99 accept',
      'tcp dport 80 accept',
      'meta l4proto { 6, 17 } th dport 53 accept',
      'ip6 saddr 2001:db8::/32 udp dport 6000-6007 accept',
      'tcp dport 22 accept',
      'tcp dport 2222 accept',
    ])
    expect(rules.flatMap(tuplesOf).map(({ text }) => text)).toContain(
      'deny any any 0.0.0.0/0 any 192.0.2.7 in_eth0',
    )
  })

  test.each([
    [{ allow: [{ port: 22, from: '10.0.0.0/8' }] }, /none lets that address in/],
    [{ allow: [{ port: 22, from: '198.51.100.0/24' }] }, undefined],
    [{ allow: [{ port: 22, from: '10.0.0.0/8' }], limit: ['22/tcp'] }, undefined],
    [{ allow: [{ from: '10.0.0.0/8' }] }, undefined],
    [{ deny: ['20:30/tcp'] }, /would shut out ssh itself, port 22, from 198/],
    [{ deny: ['22/udp'] }, undefined],
    [{ deny: [{ from: '198.51.0.0/16' }] }, /would shut out ssh itself/],
    [{ deny: [{ from: '2001:db8::/32' }] }, undefined],
    [{ allow: [{ port: 22, from: '10.0.0.0/8' }], default: 'allow' }, undefined],
  ] as const)('%j: whether we would still get in is known beforehand', (input, why) => {
    const said = shutOut(given(input as unknown as Parameters<typeof firewall>[0]), ssh)
    if (why === undefined) expect(said).toBeUndefined()
    else expect(said).toMatch(why)
  })

  test('ufw is told the least that brings them about', () => {
    const rules = rulesFor(given({ allow: ['80/tcp', '443/tcp'] }), ssh)
    const all = (of: typeof rules) => of.flatMap(tuplesOf)
    const bans = tuplesIn(
      'deny any any 0.0.0.0/0 any 203.0.113.9 in comment=6279\tallow any 1 0.0.0.0/0 any 0.0.0.0/0 out',
      4,
    )
    expect(keeps([...bans, ...all(rules)], rules)).toBe(true)
    expect(keeps([...bans, ...all(rules.toReversed())], rules)).toBe(false)
    expect(ufwSteps([...bans, ...all(rules.slice(0, 1))], rules).map(each => each.join(' '))).toEqual([
      'allow proto tcp from any to any port 443',
      'allow proto tcp from any to any port 22',
    ])
    const theirs = tuplesIn(
      'allow_log tcp 99 0.0.0.0/0 any 0.0.0.0/0 in_eth0\tallow tcp 22 0.0.0.0/0 any 0.0.0.0/0 OpenSSH - in',
      4,
    )
    expect(ufwSteps([...all(rules), ...theirs], rules).map(each => each.join(' '))).toEqual([
      'delete allow in on eth0 log proto tcp from 0.0.0.0/0 to 0.0.0.0/0 port 99',
      'delete allow from 0.0.0.0/0 to 0.0.0.0/0 app OpenSSH',
    ])
  })

  test('go again by `ops undo` where there were none before, and are not guessed where there were', () => {
    const params = given({ allow: ['80/tcp'], by: 'nftables' })
    const back = (rules: string) =>
      firewall.definition.wayBack?.(
        { actual: { by: 'nftables', rules, boot: 'none' }, desired: {}, keys: [] },
        params,
      )
    expect(back('none')).toMatchObject({ params: { by: 'nftables', state: 'absent' } })
    expect(back('tcp dport 22 accept')).toMatchObject({
      cannot: expect.stringContaining('the kernel goes on'),
    })
  })
})
