import { describe, expect, test } from 'vitest'
import { settingAtBoot } from '../../../src/resources/sysctl/at-boot.ts'
import { sysctl } from '../../../src/resources/sysctl.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { librariesOf, parsed } from '../shells.ts'

const { definition } = sysctl
const faultsOf = (input: unknown) => definition.params.safeParse(input).error?.issues.length ?? 0

describe('the params of a setting of the kernel', () => {
  test.each([
    ['net.ipv4.ip_forward', 'net.ipv4.ip_forward'],
    ['net/ipv4/ip_forward', 'net.ipv4.ip_forward'],
    ['net.ipv4.conf.eth0/5.rp_filter', 'net.ipv4.conf.eth0/5.rp_filter'],
    ['net/ipv4/conf/eth0.5/rp_filter', 'net.ipv4.conf.eth0/5.rp_filter'],
  ])('%s is one name however it is spelled', (key, name) => {
    expect(definition.identity(parsed(sysctl, { key, value: '1' }))).toBe(name)
  })

  test.each([
    'kernel',
    'net.ipv4.*.rp_filter',
    'net/../kernel/x',
    'net.//.x',
    '-vm.x',
    '/vm/x',
    'vm.x = 1',
    'vm..x',
  ])('%s is no name', key => expect(faultsOf({ key, value: '1' })).toBe(1))

  test('a word for what is a number now is told as the kernel alone can judge it', () => {
    const params = parsed(sysctl, { key: 'vm.swappiness', value: 'banana' })
    const notes = (now: string) =>
      definition.notes?.('', params, '', { actual: { now }, desired: { now: 'banana' }, keys: [] }) ?? []
    expect(notes('60')).toEqual([
      expect.stringMatching(/^it is a number now: .* banana .* nothing is changed$/),
    ])
    expect(notes('cubic')).toEqual([])
  })

  test('one with two names is what the later of both says', () => {
    const text = 'net.nf_conntrack_max = 8'
    const lines = [{ text, by: '/etc/sysctl.d/house.conf', when: 'both' }]
    expect(settingAtBoot(lines, 'net.netfilter.nf_conntrack_max')).toMatchObject({ value: '8' })
  })

  test('blanks between numbers count as one, and those in a text as they are', () => {
    const kept = (value: string | number) => parsed(sysctl, { key: 'kernel.x', value }).value
    expect([kept('1\t 2  3 '), kept(4), kept('|/bin/x  %p')]).toEqual(['1 2 3', '4', '|/bin/x  %p'])
  })

  test.each([
    { key: 'vm.x' },
    { key: 'vm.x', value: '0x10' },
    { key: 'vm.x', value: '1 010' },
    { key: 'vm.x', value: 'a\tb' },
    { key: 'vm.x', value: '1', state: 'absent' },
  ])('%j is refused', input => expect(faultsOf(input)).toBe(1))
})

const key = 'net.ipv4.ip_default_ttl'
const line = (value: number) => `${key} = ${value}\\n`

describeReal('what a setting of the kernel will be at boot', () => {
  const host = useHost()

  test.each([
    ['nothing else sets it', ''],
    ['a later file has the last word', `printf '${line(10)}' >/usr/lib/sysctl.d/zz.conf`],
    ['an earlier one has not', `printf '${line(10)}' >/etc/sysctl.d/99-a.conf`],
    [
      'a file hides its namesake',
      `printf '${line(10)}' >/usr/lib/sysctl.d/zz.conf; ln -s /dev/null /etc/sysctl.d/zz.conf`,
    ],
    ['a pattern gives way', `echo 'net.ipv4.ip_default_* = 10' >/etc/sysctl.d/zz.conf`],
    ['a line takes it out', `echo -${key} >/etc/sysctl.d/zz.conf`],
    ['slashes', `echo '- /net//ipv4/./ip_default_ttl=11' >/etc/sysctl.d/zz.conf`],
    ['comments', `printf ' ; ${line(10)}# ${line(11)}' >/etc/sysctl.d/zz.conf`],
    ['lines that end in other ways', `printf '# x\\r${line(10)}# x\\0${key}=11' >/etc/sysctl.d/zz.conf`],
  ])('is what systemd makes of it: %s', async (_title, make) => {
    const params = parsed(sysctl, { key, value: '99' })
    const said = await host().read(`${librariesOf(definition)}
      rm -f /*/sysctl.d/zz.conf /usr/lib/sysctl.d/zz.conf /etc/sysctl.d/99-a.conf
      printf '${line(99)}' >/etc/sysctl.d/99-zz-${key}.conf
      ${make}
      ${definition.probe(params).shell}
      echo 64 >/proc/sys/net/ipv4/ip_default_ttl
      /usr/lib/systemd/systemd-sysctl 2>/dev/null
      echo "real=$(cat /proc/sys/net/ipv4/ip_default_ttl)"`)
    const [observation = '', real] = said.split('real=')
    const { boot } = definition.parse(observation, params)
    expect(boot ?? '64').toBe(real?.trim())
  })

  test('is not what a file in /run says alone, which is gone by then', async () => {
    const params = parsed(sysctl, { key, value: '99' })
    const said = await host().read(`${librariesOf(definition)}
      rm -f /etc/sysctl.d/zz.conf
      mkdir -p /run/sysctl.d
      printf '${line(99)}' >/run/sysctl.d/zz.conf
      printf '${line(10)}' >/usr/lib/sysctl.d/zz.conf
      ${definition.probe(params).shell}`)
    const actual = definition.parse(said, params)
    expect(definition.impossible?.(actual, params)).toContain('/usr/lib/sysctl.d/zz.conf is read later')
  })

  test('that comes with a module is told to need it, until a file of modules-load.d names it', async () => {
    const params = parsed(sysctl, { key: 'net.bridge.bridge-nf-call-iptables', value: '1' })
    const note = async (make: string) => {
      const said = await host().read(`${librariesOf(definition)}
        ${make}
        ops_wants_detail() { true; }
        ops_detail() { cat >&2; }
        { ${definition.probe(params).shell}
        } 2>&1 >/dev/null`)
      return definition.notes?.(said, params) ?? []
    }
    expect(await note('')).toEqual([expect.stringContaining('no file of modules-load.d names it')])
    const [folder, line] = ['/etc/modules-load.d', 'echo br-netfilter']
    expect(await note(`${line} >${folder}/house.conf`)).toEqual([])
    expect(await note(`echo '# br_netfilter' >${folder}/house.conf`)).toEqual([expect.anything()])
    expect(await note(`${line} >${folder}/house`)).toEqual([expect.anything()])
  })

  const redirects = 'net.ipv4.conf.all.accept_redirects'
  const forward = 'net.ipv4.ip_forward'
  const isOff = 'net.ipv6.conf.lo.disable_ipv6'
  /** What stands in files of the host, which are read in this order, and whether that of the step has the last word. */
  test.each([
    [
      'ip_forward resets it',
      redirects,
      '1',
      [`${redirects}=1`, `${forward}=1`],
      /sets .*ip_forward to 1, and/,
    ],
    ['to what is wanted', redirects, '0', [`${redirects}=1`, `${forward}=1`], undefined],
    ['not where that stays 0', redirects, '1', [`${redirects}=1`, `${forward}=0`], undefined],
    ['not where that is taken out', redirects, '1', [`${forward}=1`, `-${forward}`], undefined],
    ['by its other name', redirects, '1', [`${redirects}=1`, 'net/ipv4/conf/all/forwarding = 1'], /then/],
    ['by a pattern', redirects, '1', [`${redirects}=1`, 'net.ipv4.conf.*.forwarding=1'], /then/],
    ['it comes afterwards', redirects, '1', [`${redirects}=0`, `${forward}=1`], undefined],
    [
      'a pattern gives way',
      redirects,
      '1',
      ['net.ipv4.conf.*.accept_redirects=1', `${forward}=1`],
      undefined,
    ],
    ['two names, one setting', forward, '1', [`${forward}=1`, 'net.ipv4.conf.all.forwarding=0'], /then/],
    ['an interface, afterwards', 'net.ipv4.conf.lo.forwarding', '0', [`${forward}=1`], undefined],
    [
      'all of IPv6',
      isOff,
      '0',
      [`${isOff}=0`, 'net.ipv6.conf.all.disable_ipv6=1'],
      /take .* out of .*10-house/,
    ],
    ['all of IPv6 as it is', isOff, '1', [`${isOff}=1`, 'net.ipv6.conf.all.disable_ipv6=0'], undefined],
  ])('is what the kernel makes of it: %s', async (_title, name, value, lines, refused) => {
    const params = parsed(sysctl, { key: name, value })
    const [claim = ''] = definition.owns?.(params) ?? []
    const file = claim.replace('path:', '')
    const way = `/proc/sys/${name.replaceAll('.', '/')}`
    const files = lines.map((text, at) => `echo '${text}' >/etc/sysctl.d/${at + 1}0-house.conf`).join('\n')
    // A host begins with neither: what runs there is put back before each start.
    const start = `cd /proc/sys/net; echo 0 >ipv4/ip_forward; echo 0 >ipv6/conf/all/disable_ipv6
      echo 1 >ipv4/conf/all/accept_redirects; /usr/lib/systemd/systemd-sysctl 2>/dev/null`
    const said = await host().read(`${librariesOf(definition)}
      rm -f /etc/sysctl.d/*-house.conf /etc/sysctl.d/99-zz* /run/sysctl.d/zz.conf /usr/lib/sysctl.d/zz.conf
      ${files}
      ${definition.probe(params).shell}
      (${start}); echo "real=$(cat ${way})"
      echo '${name} = ${value}' >${file}
      (${start}); echo "whole=$(cat ${way})"
      rm -f /etc/sysctl.d/*-house.conf ${file}; (${start})`)
    const [observation = '', real = '', whole] = said.split(/(?:real|whole)=/)
    const actual = definition.parse(observation, params)
    if (actual.boot !== undefined) expect(actual.boot).toBe(real.trim())
    expect(whole?.trim() === value).toBe(refused === undefined)
    expect(definition.impossible?.(actual, params) ?? '').toMatch(refused ?? /^$/)
  })
})
