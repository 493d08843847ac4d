/** What comes in to a host, proved by the kernel's own rules and by connections from outside; for each kind of firewall. */
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import type { Host } from '../../hosts/host.ts'

const recipe = (params: string) => `
import { firewall, recipe } from 'ops-recipes'
export default recipe({ summary: 'What may come in.', params: {}, steps: () => [firewall(${params})] })
`

const wanted = `{
  allow: ['8081/tcp', { port: 9000, from: '10.0.0.0/8', protocol: 'tcp' }, { port: 53 }, '8084/tcp'],
  limit: [{ port: 8083, protocol: 'tcp' }],
  deny: [{ from: '192.0.2.0/24' }, { from: '2001:db8::/32', port: '1:1023', protocol: 'udp' }, '8084/tcp'],
  default: DEFAULT,
}`

/** What the tests of a firewall run. */
export const recipes = {
  'recipes/wanted.ts': recipe(wanted.replace('DEFAULT', "'deny'")),
  'recipes/rejects.ts': recipe(wanted.replace('DEFAULT', "'reject'")),
  'recipes/none.ts': recipe("{ state: 'absent' }"),
  'recipes/cut.ts': recipe("{ allow: [{ port: 22, interface: 'lo' }] }"),
  'recipes/elsewhere.ts': recipe("{ allow: [{ port: 22, from: '192.0.2.0/24' }] }"),
}

/** Whether a connection from outside comes to be, is refused, or is not answered. */
const reach = (host: Host, port: number) =>
  new Promise<'open' | 'refused' | 'silent'>(resolve => {
    const socket = connect({ host: host.address, port })
    const end = (word: 'open' | 'refused' | 'silent') => {
      socket.destroy()
      resolve(word)
    }
    socket.once('connect', () => end('open'))
    socket.once('error', () => end('refused'))
    socket.setTimeout(4000, () => end('silent'))
  })

const listen = (ports: readonly number[]) =>
  `for port in ${ports.join(' ')}; do
     systemd-run -q --unit listens-$port sh -c "exec perl -MIO::Socket::INET -e '\\$s = IO::Socket::INET->new(LocalPort => $port, Listen => 5, ReuseAddr => 1) or die; while (\\$c = \\$s->accept) { close \\$c }'"
   done`

/** The tests of a host with this kind. */
export function comesIn(by: 'ufw' | 'nftables', host: () => Host): void {
  let folder: Folder
  beforeAll(() => {
    folder = folderWith(recipes)
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, name: string) =>
    folder.answer([verb, name, host().name, '-F', host().sshConfig, ...(verb === 'apply' ? ['--yes'] : [])])
  const applied = async (name: string) => {
    const run = await ops('apply', name)
    expect([run.code, run.stderr, run.stdout]).toEqual([0, '', expect.any(String)])
    const after = await ops('check', name)
    expect(after.code).toBe(0)
    return { said: run.stdout, after: after.stdout }
  }
  const served = async () => {
    await host().exec(listen([8081, 8082]))
    const count = () => host().read('ss -Hltn "( sport = 8081 or sport = 8082 )" | wc -l')
    await expect.poll(count, { timeout: 30_000 }).toBe('2\n')
  }
  const reached = (...ports: readonly number[]) => Promise.all(ports.map(port => reach(host(), port)))
  /** Nothing comes in to 8081, and it is said why, although nothing is to be done. */
  const keptOut = async (words: string) => {
    const [came, { code, stdout }] = await Promise.all([reach(host(), 8081), ops('check', 'wanted')])
    expect([came, code, stdout]).toEqual(['silent', 0, expect.stringContaining(words)])
  }
  /** All that the kernel filters with, by another program than ops looks with. */
  const oracle = () =>
    host().read(by === 'ufw' ? 'ufw status | grep -v "^$"' : 'nft -j list ruleset | tr -d " \\n"')

  test('a firewall whose unit is masked, which would be gone at the next boot, is an error of the plan', async () => {
    await host().read(`systemctl -q mask ${by}.service`)
    const refused = await ops('apply', 'wanted')
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`${by}.service is masked[^]*changed +no`)),
    ])
    await host().read(`systemctl -q unmask ${by}.service`)
  })

  test('what is allowed comes in, what is not does not, and ssh always does', async () => {
    await served()
    if (by === 'nftables') {
      await host().read(
        'nft add table ip theirs; nft add chain ip theirs c; nft add rule ip theirs c counter',
      )
    } else
      await host().read(
        'ufw allow 8082; ufw allow OpenSSH; ufw prepend deny from 203.0.113.9; ufw route allow in on a out on b',
      )
    const { said: plan, after } = await applied('wanted')
    expect(plan).toContain('can cut our own access (firewall)')
    if (by === 'ufw') expect(plan).toContain('no rule of this step says goes: allow any 8082, allow tcp 22')
    expect(after).not.toContain('others judge')
    // What somebody else keeps out is not ours to take away, but it is told.
    await host().read(
      by === 'ufw'
        ? 'iptables -I INPUT -p tcp --dport 8081 -j DROP'
        : "nft add table ip theirs; nft add chain ip theirs in '{ type filter hook input priority 5; policy drop; tcp dport { 22, 8082 } accept; ct state established accept; }'",
    )
    await keptOut(by === 'ufw' ? '--dport 8081 -j DROP' : 'nft table ip theirs, chain in, policy drop')
    await host().read(
      by === 'ufw' ? 'iptables -D INPUT -p tcp --dport 8081 -j DROP' : 'nft delete chain ip theirs in',
    )
    if (by === 'nftables') {
      const early = "'{ type filter hook prerouting priority -300; tcp dport 8081 drop; }'"
      await host().read(`nft add chain ip theirs early ${early}`)
      await keptOut('nft table ip theirs, chain early')
      await host().read('nft delete chain ip theirs early')
    }
    expect(await reached(8081, 8082, 22)).toEqual(['open', 'silent', 'open'])
    const said = await oracle()
    if (by === 'ufw') {
      expect(said).toMatch(/^Anywhere +DENY +203\.0\.113\.9/m)
      expect(said).toMatch(/^8081\/tcp +ALLOW +Anywhere/m)
      expect(said).toMatch(/^8083\/tcp \(v6\) +LIMIT +Anywhere \(v6\)/m)
      expect(said).toMatch(/^1:1023\/udp +DENY +2001:db8::\/32/m)
      expect(said).toMatch(/^8084\/tcp +DENY +Anywhere/m)
      expect(said).toMatch(/ALLOW FWD/)
      expect(said).not.toMatch(/8082|OpenSSH/)
    } else {
      expect(said).toContain('"table":"theirs"')
      expect(said).toContain('"right":8081')
      expect(said).toContain('"prefix":{"addr":"192.0.2.0","len":24}')
      expect(said).toContain('"policy":"drop"')
    }
  }, 240_000)

  test('what was changed in the kernel or on the disk is seen and put right', async () => {
    const changes =
      by === 'ufw'
        ? [
            'iptables -D ufw-user-input 1',
            'ip6tables -F INPUT',
            'ufw delete allow 8081/tcp',
            "sed -i 's/^IPV6=.*/IPV6=no/' /etc/default/ufw",
            'ufw default allow incoming',
            'systemctl disable -q ufw',
            // Its chains stay, empty, and INPUT leads to none of them: ufw itself would not lead it there again. Docker's may (ufw-docker).
            'iptables -P INPUT ACCEPT; iptables -F; iptables -N DOCKER-USER; iptables -A DOCKER-USER -j ufw-user-forward',
          ]
        : [
            'nft insert rule inet ops_firewall incoming accept',
            'nft flush ruleset',
            'systemctl disable -q nftables',
            'echo flush ruleset >>/etc/nftables.conf',
            'echo >>/etc/nftables.d/ops-firewall.nft',
          ]
    for (const change of changes) {
      await host().read(change)
      expect((await ops('check', 'wanted')).code, change).toBe(2)
    }
    await applied('wanted')
    expect(await reached(8081, 8082)).toEqual(['open', 'silent'])
  }, 240_000)

  test('it is there after a boot, before anybody can come in', async () => {
    await host().reboot()
    expect((await ops('check', 'wanted')).code).toBe(0)
  }, 240_000)

  test('another default answers those who are not let in', async () => {
    await applied('rejects')
    await served()
    expect(await reached(8081, 8082)).toEqual(['open', 'refused'])
  }, 240_000)

  test.each([
    ['elsewhere', /ssh comes from [\d.]+, and of the rules that name its port 22 none lets that address in/],
  ])(
    '%s is refused beforehand',
    async (name, why) => {
      const before = await host().read('nft -s list ruleset')
      const run = await ops('apply', name)
      expect([run.code, run.stdout + run.stderr]).toEqual([1, expect.stringMatching(why)])
      expect(await host().read('nft -s list ruleset')).toBe(before)
    },
    120_000,
  )

  test('it goes as it came, by an undo too unless somebody has changed it, and what others have stays', async () => {
    await applied('none')
    await served()
    expect(await reached(8082)).toEqual(['open'])
    // What ufw has deleted nobody could bring back, and so an undo begins where it keeps no rules.
    if (by === 'ufw') await host().read('ufw --force reset')
    const again = await applied('wanted')
    const undo = async () => {
      const run = /ops undo ([0-9a-f]{8})/.exec(again.said)?.[1] ?? ''
      const { code, stdout } = await folder.answer(['undo', run, '-F', host().sshConfig, '--yes'])
      return [code, stdout]
    }
    await host().read(
      by === 'ufw' ? 'ufw allow 8085' : 'nft add rule inet ops_firewall incoming tcp dport 8085 accept',
    )
    expect(await undo()).toEqual([8, expect.stringContaining('changed since by somebody else')])
    expect(await oracle()).toContain('8085')
    await host().read(by === 'ufw' ? 'ufw delete allow 8085' : 'nft -f /etc/nftables.conf')
    expect((await undo())[0]).toBe(0)
    if (by === 'nftables') {
      expect(await host().read('nft list tables')).not.toContain('ops_firewall')
      expect(await host().read('cat /etc/nftables.conf')).not.toContain('ops')
    } else {
      expect(await host().read('ufw status')).toBe('Status: inactive\n')
      // Another firewall than ufw is none of its own.
      await host().read('iptables -A INPUT -p tcp --dport 22 -j ACCEPT && iptables -P INPUT DROP')
      expect((await ops('check', 'none')).code).toBe(0)
    }
  }, 240_000)
}
