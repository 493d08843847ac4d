import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { freshHost, useHost } from '../../hosts/use-hosts.ts'

const packages = `
import { apt, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'Packages as the test says.',
  params: { spec: z.string().describe('Params of apt, as JSON.') },
  steps: ({ params }) => [apt(JSON.parse(params.spec))],
})
`

/** Takes apt's kind of lock on a file and keeps it. */
const hold = `use Fcntl;
open(my $file, '+>', $ARGV[0]) or die;
my $lock = pack('s s l! l! i', F_WRLCK, 0, 0, 0, 0);
fcntl($file, F_SETLK, $lock) or die "taken: $!";
open(my $mark, '>', '/run/held');
sleep;
`

describeReal('apt on a real host', () => {
  const host = useHost({ files: { '/root/hold.pl': hold } })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({ 'recipes/packages.ts': packages })
    await host().read('apt-get install -q -y hello')
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, spec: object, at: Host = host()) =>
    folder.answer([
      verb,
      'packages',
      at.name,
      '-F',
      at.sshConfig,
      ...(verb === 'apply' ? ['--yes'] : []),
      '--spec',
      JSON.stringify(spec),
    ])
  const status = async (name: string) =>
    (await host().exec(`dpkg-query -W -f '\${db:Status-Status}' ${name}`)).stdout
  const takeLock = (path: string) =>
    host().read(
      `systemd-run -q --unit=hold perl /root/hold.pl ${path}; until [ -e /run/held ]; do sleep 0.05; done`,
    )
  const freeLock = () => host().read('systemctl stop hold; rm /run/held')

  test('refreshes empty lists, says so in the plan, and does nothing the second time', async () => {
    const bare = await freshHost({ packageLists: false })
    const planned = await ops('plan', { packages: ['hello'] }, bare)
    expect(planned.stdout).toContain('the package lists are empty: they are refreshed first')
    expect((await bare.exec('ls /var/lib/apt/lists/*Packages*')).code).not.toBe(0)
    expect((await ops('apply', { packages: ['hello'] }, bare)).code).toBe(0)
    expect(await bare.read("dpkg-query -W -f '${db:Status-Status}' hello")).toBe('installed')
    const lists = await bare.read('stat -c %y /var/lib/apt/lists')
    const again = await ops('apply', { packages: ['hello'] }, bare)
    expect(again.stdout).toContain('nothing to do')
    expect((await ops('apply', { packages: ['sl'], recommends: false }, bare)).code).toBe(0)
    expect(await bare.read('stat -c %y /var/lib/apt/lists')).toBe(lists)
  })

  test('takes the first alternative that the lists know, and one that is installed before it', async () => {
    expect((await ops('apply', { packages: ['no-such-name | ed'] })).code).toBe(0)
    expect(await status('ed')).toBe('installed')
    expect((await ops('check', { packages: ['cowsay | ed'] })).code).toBe(0)
  })

  test('names what is like an unknown package, and who provides a virtual one, before anything happens', async () => {
    const before = await host().read('dpkg-query -W')
    const unknown = await ops('apply', { packages: ['cowsya'] })
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).toContain('no package source of this host has cowsya (near: cowsay')
    const virtual = await ops('apply', { packages: ['mail-transport-agent'] })
    expect(virtual.code).toBe(1)
    expect(virtual.stderr).toMatch(/mail-transport-agent is a virtual package.*postfix/)
    expect(await host().read('dpkg-query -W')).toBe(before)
  })

  test('an unknown package that only new lists can tell of is refused, and nothing was changed', async () => {
    const before = await host().read('dpkg-query -W')
    await host().read(
      'touch -d "3 days ago" /var/lib/apt/lists; rm -f /var/lib/apt/periodic/update-success-stamp',
    )
    const { code, stderr } = await ops('apply', { packages: ['cowsya'] })
    expect(stderr).toContain('apt cowsya was refused before anything was changed')
    expect(stderr).toContain('no package source of this host has cowsya (the package lists are new)')
    expect(stderr).toContain('no, as far as this step goes')
    expect([code, await host().read('dpkg-query -W')]).toEqual([1, before])
  })

  test.each(['/var/lib/dpkg/lock-frontend', '/var/lib/apt/lists/lock', '/var/cache/apt/archives/lock'])(
    'waits for %s, and names its holder when it gives up',
    async path => {
      const spec = { packages: ['cowsay'], recommends: false }
      await takeLock(path)
      const refused = await ops('apply', { ...spec, lockSeconds: 1 })
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(/the package lock is held by process \d+ \(\S*perl /)
      const patient = ops('apply', spec)
      await host().read(
        "until grep -qs 'waiting for the package lock, held by' /run/ops/run.*/log.*; do sleep 0.05; done",
      )
      await freeLock()
      const waited = await patient
      expect([waited.code, waited.stdout]).toEqual([
        0,
        expect.stringMatching(/apt cowsay: waiting for the package lock, held by process \d+/),
      ])
      expect(await status('cowsay')).toBe('installed')
      expect((await ops('apply', { packages: ['cowsay'], state: 'absent' })).code).toBe(0)
      expect(await status('cowsay')).not.toBe('installed')
    },
  )

  test('finishes what an interrupted dpkg left, with what is missing', async () => {
    await host().read(
      'cd /tmp && apt-get download -q toilet && (dpkg --unpack toilet_*.deb; touch /var/lib/dpkg/updates/0001)',
    )
    expect(await status('toilet')).toBe('unpacked')
    const planned = await ops('check', { packages: ['hello'] })
    expect(planned.code).toBe(2)
    expect(planned.stdout).toContain('dpkg run: interrupted -> complete')
    expect(planned.stdout).toContain('note: dpkg left toilet (unpacked): that has to be finished first')
    expect((await ops('apply', { packages: ['hello'] })).code).toBe(0)
    expect(await status('toilet')).toBe('installed')
    expect((await ops('check', { packages: ['toilet'] })).code).toBe(0)
  })

  test('what dpkg left and cannot finish is named before and after, and how to get rid of it', async () => {
    await host().read(`mkdir -p /root/stuck/DEBIAN && cd /root
printf 'Package: stuck\\nVersion: 1\\nArchitecture: all\\nMaintainer: test <root@localhost>\\nDescription: never done\\n' >stuck/DEBIAN/control
printf '#!/bin/sh\\necho no network today >&2; exit 1\\n' >stuck/DEBIAN/postinst
chmod 755 stuck/DEBIAN/postinst && dpkg-deb --build stuck >&2 && ! dpkg -i stuck.deb`)
    const planned = await ops('plan', { packages: ['cowsay'] })
    expect(planned.stdout).toContain('note: dpkg left stuck (half-configured): that has to be finished first')
    const refused = await ops('apply', { packages: ['cowsay'] })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/what it left cannot be finished: dpkg: error processing package stuck/)
    expect(refused.stderr).toContain('`dpkg --audit` names it')
    await host().read('dpkg --purge --force-all stuck')
    expect((await ops('apply', { packages: ['cowsay'] })).code).toBe(0)
    expect((await ops('apply', { packages: ['cowsay'], state: 'absent' })).code).toBe(0)
  })

  test('removes nothing that was not named, and says so loudly', async () => {
    expect((await ops('apply', { packages: ['exim4-daemon-light'], recommends: false })).code).toBe(0)
    const postfix = { packages: ['postfix'], recommends: false }
    const planned = await ops('plan', postfix)
    expect(planned.stdout).toMatch(/REMOVES exim4-base exim4-config exim4-daemon-light .* refused/)
    const refused = await ops('apply', postfix)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/would remove .*exim4-daemon-light.*removes: true/)
    expect(await status('exim4-daemon-light')).toBe('installed')
    const base = await ops('apply', { packages: ['exim4-base'], state: 'absent' })
    expect(base.stderr).toMatch(/would also remove exim4-daemon-light/)
    // postfix asks by debconf what kind of mail server it is to be: nobody is there to answer.
    expect((await ops('apply', { ...postfix, removes: true })).code).toBe(0)
    expect(await status('postfix')).toBe('installed')
    expect((await ops('apply', { packages: ['postfix'], state: 'absent', purge: true })).code).toBe(0)
    expect(await status('postfix')).not.toBe('config-files')
  })

  test('refuses to remove a package that is held, and takes a held one for installed', async () => {
    await host().read('apt-mark hold hello')
    expect((await ops('check', { packages: ['hello'] })).code).toBe(0)
    const refused = await ops('apply', { packages: ['hello'], state: 'absent' })
    expect(refused.stderr).toContain('hello is held')
    expect(await status('hello')).toBe('installed')
    await host().read('apt-mark unhold hello')
  })

  test('says what is the matter with a mirror', async () => {
    await host().read(`mkdir /root/sources && mv /etc/apt/sources.list.d/* /root/sources
echo 'deb [trusted=yes] http://127.0.0.1:9/debian bookworm main' >/etc/apt/sources.list.d/down.list; rm -f /var/cache/apt/archives/*.deb`)
    const down = await ops('apply', { packages: ['figlet'] })
    expect(down.code).toBe(1)
    expect(down.stderr).toMatch(/Failed to fetch .*127\.0\.0\.1.*(refused|Could not connect)/)
    await host().read('rm /etc/apt/sources.list.d/down.list; mv /root/sources/* /etc/apt/sources.list.d/')
    expect((await ops('apply', { packages: ['figlet'] })).code).toBe(0)
    expect((await ops('check', { packages: ['figlet'] })).code).toBe(0)
  })

  test('needs dpkg, and says so', async () => {
    await host().read('mv /usr/bin/dpkg-query /usr/bin/dpkg-query.away')
    const without = await ops('plan', { packages: ['hello'] })
    await host().read('mv /usr/bin/dpkg-query.away /usr/bin/dpkg-query')
    expect(without.stderr).toContain('this host has no dpkg')
  })
})
