/** Which rules follow from what a recipe says of a firewall, and what ufw and nftables are told. */
import { describe, expect, test } from 'vitest'
import { nftWords } from '../../../src/resources/firewall/nft-words.ts'
import { chainLines } from '../../../src/resources/firewall/nftables.ts'
import { rulesFor, ruleWords, shutOut } from '../../../src/resources/firewall/params.ts'
import { keeps, tuplesIn, tuplesOf, ufwSteps } from '../../../src/resources/firewall/ufw.ts'
import { firewall } from '../../../src/resources/firewall.ts'
import { parsed } from '../shells.ts'

const faultsOf = (input: unknown) =>
  firewall.definition.params.safeParse(input).error?.issues.map(({ message }) => message) ?? []
const given = (input: Parameters<typeof firewall>[0]) => parsed(firewall, input)
const ssh = { ports: [22], client: '198.51.100.4' }

test('two chains have the same words only where they are the same', () => {
  for (const each of ['deny', 'reject', 'allow'] as const) {
    const wanted = given({ allow: ['80/tcp'], default: each })
    const lines = chainLines(rulesFor(wanted, ssh), wanted)
    const [head = '', first = '', second = '', ...more] = lines
    const others = [
      [head, 'reject', first, second, ...more],
      [head, first, 'reject', second, ...more],
      [head, second, first, ...more],
      [head, second, ...more],
      [...lines, first],
      [...lines, 'reject'],
      [head.replace('priority filter', 'priority filter + 10'), ...lines.slice(1)],
      [head.replace('hook input', 'hook forward'), ...lines.slice(1)],
      [
        head.replace(/policy \w+/, head.includes('drop') ? 'policy accept' : 'policy drop'),
        ...lines.slice(1),
      ],
    ]
    expect(new Set([lines, ...others].map(nftWords)).size).toBe(others.length + 1)
  }
})

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

  test.each([
    ['80/sctp', /^must be a port from 1 to 65535 .* such as '80\/tcp', 53 or/],
    ['80,443/tcp', /of several ports a rule each/],
    ['OpenSSH', /of a service its port/],
    [70000, /^must be a port from 1 to 65535/],
    ['300.1.1.1', /\{ port: 22, from: '10.0.0.0\/8' \}$/],
    [{ from: '300.1.1.1' }, /^`from` must be an address or a network/],
    [{ port: 70000 }, /^`port` must be a port from 1 to 65535/],
    [{ protocol: 'tcp' }, /^must name a port, an address or an interface/],
  ])('%j is refused with the forms that are taken', (each, message) => {
    expect(faultsOf({ allow: [each] })).toEqual([expect.stringMatching(message)])
  })

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
    const lines = chainLines(rules, params)
    expect(nftWords(lines)).toBe(
      'deny all from 192.0.2.7 on eth0, limit 99/tcp from 10.0.0.0/8, allow 80/tcp, allow 53, allow 6000:6007/udp from 2001:db8::/32, allow 22/tcp, allow 2222/tcp, else deny',
    )
    // Nothing of what somebody else has changed is told as ours.
    const edited = lines.map(line =>
      line.replace('12/minute', '99/minute').replace('dport 80', 'dport { 80, 81 }'),
    )
    expect(nftWords(edited.filter(line => !line.startsWith('iifname "lo"')))).toMatch(
      /, nft: ip saddr 10\.0\.0\.0\/8 tcp dport 99 ct state new update .* 99\/minute .*, allow 99\/tcp from 10\.0\.0\.0\/8, nft: tcp dport \{ 80, 81 \} accept, .*, without iifname "lo" accept, else deny$/,
    )
    expect(rules.flatMap(each => tuplesOf(each)).map(({ text }) => text)).toContain(
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
    [{ deny: [{ interface: 'eth1' }] }, undefined],
  ] as const)('%j: whether we would still get in is known beforehand', (input, why) => {
    const said = shutOut(given(input as unknown as Parameters<typeof firewall>[0]), ssh)
    if (why === undefined) expect(said).toBeUndefined()
    else expect(said).toMatch(why)
  })

  test('one that comes in two lists is of the first alone: deny, then limit, then allow', () => {
    const params = given({ allow: ['80/tcp', '99/tcp'], limit: ['99/tcp', '80/tcp'], deny: ['80/tcp'] })
    expect(rulesFor(params, ssh).map(ruleWords)).toEqual(['deny 80/tcp', 'limit 99/tcp', 'allow 22/tcp'])
  })

  test('ufw is told the least that brings them about', () => {
    const rules = rulesFor(given({ allow: ['80/tcp', '443/tcp'] }), ssh)
    const all = (of: typeof rules) => of.flatMap(each => tuplesOf(each))
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

  test('a new denial is put first, and what stays is not taken away for it', () => {
    const rules = rulesFor(given({ allow: ['80/tcp', '443/tcp'], deny: ['99/tcp', { port: 98 }] }), ssh)
    const told = (from: number, to?: number) =>
      ufwSteps(
        rules.slice(from, to).flatMap(each => tuplesOf(each)),
        rules,
      ).map(each => each.join(' '))
    expect(told(1)).toEqual(['prepend deny proto tcp from any to any port 99'])
    expect(told(2, 4)).toEqual([
      'prepend deny from any to any port 98',
      'prepend deny proto tcp from any to any port 99',
      'allow proto tcp from any to any port 22',
    ])
    expect(told(3)[0]).toMatch(/^delete allow/)
  })

  test('of IPv6 are left out by ufw on a host without it, and said', () => {
    const params = given({ allow: ['80/tcp'], deny: [{ from: '2001:db8::/32' }] })
    const rules = rulesFor(params, ssh)
    const found = rules.flatMap(each => tuplesOf(each, [4]))
    expect(found.map(({ family }) => family)).toEqual([4, 4])
    expect(keeps(found, rules, [4])).toBe(true)
    expect(keeps(found, rules)).toBe(false)
    expect(ufwSteps([], rules, [4])).toHaveLength(2)
    const actual = { by: 'ufw', ipv6: 'none', rules: 'none' }
    const change = { actual, desired: {}, keys: [] }
    expect(firewall.definition.notes?.('', params, '', change)?.join()).toContain('they are left out')
  })

  const seen = (keys: Record<string, string>, input: Parameters<typeof firewall>[0]) => {
    const all = { root: 'yes', ports: '22', client: '', ...keys }
    const text = Object.entries(all).map(([key, value]) => `${key}=${value}\n`)
    return firewall.definition.parse(text.join(''), given(input))
  }

  test('that ufw keeps and does not run are named in the plan, and no way back is promised', () => {
    const kept = { by: 'ufw', enabled: 'no', unit: 'enabled', policy: 'DROP', ipv6: 'none', rules6: '' }
    const stored = { ...kept, rules4: 'allow tcp 99 0.0.0.0/0 any 0.0.0.0/0 in\t' }
    const wanted = { allow: ['80/tcp'] }
    const of = (loaded: string, keys: Record<string, string> = stored) => {
      const actual = seen({ ...keys, loaded }, wanted)
      const back = firewall.definition.wayBack?.({ actual, desired: {}, keys: [] }, given(wanted))
      return [actual.rules, Object.keys(back ?? {})[0]]
    }
    expect(of('no')).toEqual([expect.stringMatching(/^not loaded: allow tcp 99 /), 'cannot'])
    expect(of('other')).toEqual([expect.stringMatching(/^other than ufw keeps \(allow tcp 99 /), 'cannot'])
    expect(of('no', { ...kept, rules4: '' })).toEqual(['none', 'params'])
    expect(of('foreign', { ...kept, rules4: '' })).toEqual([expect.stringContaining('others'), 'cannot'])
    expect(seen({ ...stored, loaded: 'foreign' }, { state: 'absent' })).toMatchObject({ rules: 'none' })
  })

  test('are gone from nftables though its configuration reads all files of the folder', () => {
    const found = { by: 'nftables', chain: '', file: 'none', unit: 'enabled' }
    const boot = (read: string) => seen({ ...found, read }, { state: 'absent' }).boot
    expect([boot('all'), boot('yes'), boot('no')]).toEqual(['none', 'those of ops', 'none'])
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
