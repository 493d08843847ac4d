/** Unit files and mounts that a booted host refuses: it stays as it was. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const recipes = {
  'recipes/one.ts': `
import { mount, recipe, unit, z } from 'ops-recipes'

export default recipe({
  summary: 'A unit file or a mount as the test says.',
  params: {
    kind: z.enum(['mount', 'unit']).describe('Which.'),
    given: z.string().describe('Its params, as JSON.'),
  },
  steps: ({ params: { kind, given } }) => [kind === 'unit' ? unit(JSON.parse(given)) : mount(JSON.parse(given))],
})
`,
}

describeReal('on a real host', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith(recipes)
  })
  afterAll(() => folder?.remove())

  const apply = (kind: string, given: object) =>
    folder.answer([
      ...['apply', 'one', host().name, '-F', host().sshConfig, '--yes'],
      ...['--kind', kind, '--given', JSON.stringify(given)],
    ])

  test('a unit that systemd would not take as it is written is not put there', async () => {
    const bad = [
      ['[Service]\nExecStart=/usr/bin/none-such\n', /none-such/],
      ['[Service]\nExecStrat=/bin/true\nExecStart=/bin/true\n', /ExecStrat/],
    ] as const
    for (const [content, said] of bad) {
      const { code, stderr } = await apply('unit', { name: 'app.service', content })
      expect(code).toBe(1)
      expect(stderr).toMatch(said)
      expect(stderr).toContain('nothing was changed')
    }
    expect(await host().read('ls /etc/systemd/system | grep app.service; :')).toBe('')
    const good = '[Service]\nExecStart=/bin/true\n'
    expect((await apply('unit', { name: 'app.service', content: good })).code).toBe(0)
    expect(await host().read('systemctl show -p LoadState --value app')).toBe('loaded\n')
  })

  test('what cannot be mounted leaves no line, and what is in use is not unmounted', async () => {
    const before = await host().read('cat /etc/fstab 2>/dev/null; :')
    const lost = await apply('mount', { path: '/srv/lost', device: '/dev/none-such', type: 'ext4' })
    expect(lost.stderr).toContain('it cannot be mounted, and /etc/fstab was put back')
    expect(lost.code).toBe(7)
    expect(await host().read('cat /etc/fstab 2>/dev/null; :')).toBe(before)
    expect((await apply('mount', { path: '/srv/busy', device: 'busy', type: 'tmpfs' })).code).toBe(0)
    await host().read('systemd-run -q --unit holder -p WorkingDirectory=/srv/busy sleep 600')
    await expect
      .poll(() => host().read('readlink /proc/$(systemctl show -p MainPID --value holder)/cwd; :'), {
        timeout: 60_000,
      })
      .toBe('/srv/busy\n')
    const held = await apply('mount', { path: '/srv/busy', state: 'absent' })
    expect([held.code, held.stderr]).toEqual([1, expect.stringContaining('is never forced')])
    expect(await host().read('findmnt -n -o SOURCE /srv/busy; grep -c busy /etc/fstab')).toBe('busy\n1\n')
  })

  test('memory that is mounted with another size, mode or owner than it is to have gets them', async () => {
    const mounted = async (...options: readonly string[]) => {
      const given = { path: '/srv/memory', device: 'memory', type: 'tmpfs', options }
      expect((await apply('mount', given)).code).toBe(0)
      return (await host().read('stat -f -c "%b %c" /srv/memory; stat -c "%a %u %g" /srv/memory')).split(/\s/)
    }
    await mounted('size=1m', 'mode=0755')
    expect(await mounted('size=2m', 'nr_inodes=1k', 'mode=0750', 'uid=games', 'gid=60')).toEqual([
      '512',
      '1024',
      '750',
      '5',
      '60',
      '',
    ])
    const memoryKib = Number(await host().read("awk '/MemTotal/ { print $2 }' /proc/meminfo"))
    expect(await mounted('size=7%')).toContain(String(Math.ceil((memoryKib * 0.07) / 4)))
    await mounted('size=7%', 'nr_inodes=1k', 'mode=1777')
    // What nobody asks for any more is as in a file system that was never told otherwise, up to the rounding of half a page.
    const [blocks, files] = await mounted('mode=1777')
    const [plainBlocks = '', plainFiles] = (
      await host().read(
        'mkdir /srv/plain; mount -t tmpfs plain /srv/plain; stat -f -c "%b %c" /srv/plain; umount /srv/plain',
      )
    ).split(/\s/)
    expect([Number(blocks) - Number(plainBlocks) < 2, files]).toEqual([true, plainFiles])
    expect(
      await host().read(
        'chmod 0700 /srv/memory; umount /srv/memory; mount /srv/memory; stat -c %a /srv/memory',
      ),
    ).toBe('1777\n')
  })

  test('a line of fstab is known with a slash at its end, and a unit that decides at boot is told', async () => {
    const given = { path: '/srv/slash', device: 'slash', type: 'tmpfs' }
    const below = await apply('mount', { ...given, device: 'below', path: '/srv/up/down' })
    expect(below.stdout).toContain('note: makes /srv/up, /srv/up/down\n')
    await host().read('mkdir -p /srv/slash && echo "slash //srv/slash/ tmpfs size=1m 0 0" >>/etc/fstab')
    expect((await apply('mount', given)).code).toBe(0)
    expect(await host().read('grep slash /etc/fstab')).toBe('slash /srv/slash tmpfs nofail 0 0\n')
    await host().read('sed -i s,/srv/slash,/srv/slash/, /etc/fstab')
    expect((await apply('mount', { path: '/srv/slash', state: 'absent' })).code).toBe(0)
    expect(await host().read('grep slash /etc/fstab; findmnt /srv/slash; :')).toBe('')
    const unit = '/etc/systemd/system/srv-slash.mount'
    await host().read(
      `printf '[Mount]\\nWhat=slash\\nWhere=/srv/slash\\nType=tmpfs\\n[Install]\\nWantedBy=local-fs.target\\n' >${unit} && systemctl -q enable srv-slash.mount`,
    )
    const present = await apply('mount', given)
    expect([present.code, present.stderr]).toEqual([
      1,
      expect.stringContaining(`${unit} is what systemd goes by`),
    ])
    const absent = await apply('mount', { path: '/srv/slash', state: 'absent' })
    expect([absent.code, absent.stderr]).toEqual([
      1,
      expect.stringContaining('mounted again at the next boot'),
    ])
    await host().read('systemctl -q disable srv-slash.mount')
    expect((await apply('mount', { path: '/srv/slash', state: 'absent' })).code).toBe(0)
  })

  test('another size, what nobody forbade and another file system are seen, though fstab is right', async () => {
    const given = { path: '/srv/sized', device: 'sized', type: 'tmpfs', options: ['size=10m', 'nosuid'] }
    const shown = () => host().read('findmnt -no FSTYPE,SIZE,OPTIONS /srv/sized')
    expect((await apply('mount', given)).code).toBe(0)
    expect((await apply('mount', given)).stdout).toContain('nothing to do')
    await host().read('mount -o remount,size=5m,noexec /srv/sized')
    expect((await apply('mount', given)).stdout).toContain('lacks: exec size=10m -> none')
    expect(await shown()).toMatch(/^tmpfs +10M rw,nosuid,(?!.*noexec)/)
    await host().read('umount /srv/sized && mount -t ramfs sized /srv/sized')
    const other = await apply('mount', given)
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('sized (ramfs) is mounted at /srv/sized already'),
    })
    expect(await shown()).toMatch(/^ramfs/)
    await host().read('umount /srv/sized')
  })

  test.each([
    [['nodiratime', 'sync'], 'nodiratime,sync'],
    [['nodiratime', 'size=1m'], 'size=1m'],
    [['sync', 'lazytime'], 'lazytime'],
    [['noatime'], 'noatime,noexec'],
  ])(
    '%j, where it was mounted by hand with %s, is as wanted only where findmnt says so',
    async (options, really) => {
      const path = `/srv/by-hand-${really}`
      const words = ['size=1m', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'sync', 'lazytime']
      const shown = async () => {
        const all = (await host().read(`findmnt -no OPTIONS '${path}'`))
          .trim()
          .replace('=1024k', '=1m')
          .split(',')
        return words.filter(word => all.includes(word))
      }
      const asked = words.filter(word => options.includes(word))
      await host().read(`mkdir -p '${path}'; mount -t tmpfs -o '${really}' by-hand '${path}'
      echo 'by-hand ${path} tmpfs ${options.join()},nofail 0 0' >>/etc/fstab`)
      const isWanted = (await shown()).join() === asked.join()
      const done = await apply('mount', { path, device: 'by-hand', type: 'tmpfs', options })
      expect([done.code, done.stdout.includes('nothing to do')]).toEqual([0, isWanted])
      expect(await shown()).toEqual(asked)
    },
  )

  test('nothing is mounted where somebody else could lead it elsewhere', async () => {
    await host().read('ln -s /etc /srv/led')
    const mounts = await host().read('findmnt -rn')
    for (const [path, said] of [
      ['/home/guest/data', /belongs to guest/],
      ['/srv/led', /symbolic link leads elsewhere/],
    ] as const) {
      const { code, stderr } = await apply('mount', { path, device: 'none', type: 'tmpfs' })
      expect([code, stderr]).toEqual([1, expect.stringMatching(said)])
    }
    expect(await host().read('findmnt -rn')).toBe(mounts)
  })
})
