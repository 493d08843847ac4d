import { afterAll, beforeAll, expect, test } from 'vitest'
import { service } from '../../../src/resources/service.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { librariesOf } from '../shells.ts'

const steps = `
import { directory, file, group, line, link, option, recipe, service, user, z } from 'ops-recipes'

const make: any = { directory, file, group, line, link, option, service, user }
export default recipe({
  summary: 'Steps as the test says.',
  params: { steps: z.string().describe('Type and params of each, as JSON.') },
  steps: ({ params }) => JSON.parse(params.steps).map(([type, input]: any) => make[type](input)),
})
`

const sleeper = '[Service]\nExecStart=/bin/sleep 1000\n'
const wantedBy = (target: string, more = '') => `${sleeper}[Install]\nWantedBy=${target}\n${more}`

/** A daemon with an init script alone, as an old package or a vendor brings it. */
const script = `#!/bin/sh
### BEGIN INIT INFO
# Provides: olddaemon
# Required-Start: $remote_fs
# Required-Stop: $remote_fs
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
case $1 in
  start) start-stop-daemon -S -b -m -p /run/olddaemon.pid --exec /bin/sleep -- 1000 ;;
  stop) start-stop-daemon -K -p /run/olddaemon.pid ;;
esac
`

const units = '/etc/systemd/system'

/** Units in odd states, and what makes them so. */
const files: Record<string, string> = {
  '/etc/init.d/olddaemon': script,
  [`${units}/moved.service`]: wantedBy('rescue.target', 'Alias=was.service\n'),
  [`${units}/erased.service`]: wantedBy('multi-user.target'),
  [`${units}/hidden.service`]: `${sleeper}`,
  [`${units}/hidden.service.d/install.conf`]: '[Install]\nWantedBy=multi-user.target\\\n  graphical.target\n',
  [`${units}/many@.service`]: `${sleeper}[Install]\nWantedBy=%p-%i.target\nDefaultInstance=one\n`,
  [`${units}/only-also.service`]: `${sleeper}[Install]\nAlso=only-also.socket\n`,
  [`${units}/only-also.socket`]:
    '[Socket]\nListenStream=/run/only-also\n[Install]\nWantedBy=sockets.target\n',
  [`${units}/lone.service`]: sleeper,
  [`${units}/choosy.service`]: `[Unit]\nConditionPathExists=/none\n${sleeper}`,
  [`${units}/ends.service`]: '[Service]\nType=oneshot\nExecStart=/bin/true\n',
  '/usr/lib/systemd/system/masked.service': wantedBy('multi-user.target'),
  '/opt/vendor/linked.service': wantedBy('multi-user.target'),
}

describeReal('what starts at boot, on a real host', () => {
  const host = useHost({ name: 'enabled' })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({ 'recipes/steps.ts': steps })
    for (const [path, input] of Object.entries(files)) {
      await host().exec(`mkdir -p "$(dirname ${path})"; cat >${path}; chmod 755 ${path}`, { input })
    }
    await host().read(`
      systemctl daemon-reload
      systemctl -q enable moved erased masked
      printf '%s' '${wantedBy('multi-user.target', 'Alias=is.service\n')}' >${units}/moved.service
      systemctl daemon-reload
      systemctl show -p UnitFileState erased
      rm ${units}/multi-user.target.wants/erased.service
      systemctl -q mask --runtime masked
      systemctl -q link /opt/vendor/linked.service
      systemctl -q enable --runtime only-also.socket
      systemd-run -q --unit=passing sleep 1000`)
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, all: readonly (readonly [string, object])[]) =>
    folder.ops([
      ...[verb, 'steps', host().name, '-F', host().sshConfig],
      ...(verb === 'apply' ? ['--yes'] : []),
      ...['--steps', JSON.stringify(all)],
    ])
  const enabled = (wanted: boolean, ...names: string[]) =>
    names.map((unit): [string, object] => ['service', { unit, enabled: wanted }])
  const isEnabled = async (unit: string) =>
    (await host().exec(`systemctl is-enabled ${unit} 2>/dev/null`)).stdout.trim()
  const links = (unit: string) =>
    host().read(`cd ${units} && ls -d *.wants/${unit}.service 2>/dev/null || true`)

  test('a unit file that cannot be read stops only who asks for what is in it', async () => {
    await host().exec(`cat >${units}/closed.service; chmod 600 ${units}/closed.service`, {
      input: wantedBy('multi-user.target'),
    })
    const seen = (closed: string) =>
      host().exec('systemctl daemon-reload; setpriv --reuid=65534 --clear-groups sh -s', {
        input: `LC_ALL=C\nops_wants_detail() { return 1; }\n${librariesOf(service.definition)}
          ops_units --mark-- closed.service '=restart::${closed}' moved.service =restart::yes`,
      })
    const told = await seen('')
    expect([told.code, told.stdout.match(/^enabled=.*$/gm)]).toEqual([
      0,
      ['enabled=missing multi-user.target.wants is.service, stale rescue.target.wants'],
    ])
    const refused = await seen('yes')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/closed\.service/)])
  })

  test('every unit of the host is told as `systemctl is-enabled` tells it', async () => {
    const listed = await host().read(
      `systemctl list-unit-files --no-legend | awk '$1 !~ /@\\./ && $1 !~ /^-/ && $2 != "alias" { print $1 }'`,
    )
    const names = listed
      .trim()
      .split('\n')
      .filter(name => !name.startsWith('only-also'))
    const script = `LC_ALL=C OPS_MARK=--mark--\nops_wants_detail() { return 1; }\n${librariesOf(service.definition)}
      ops_units "$OPS_MARK" ${names.map(name => `'${name}' =restart::yes`).join(' ')}`
    const told = (await host().exec('sh -s', { input: script })).stdout.split('--mark--\n')
    const ours = names.map((name, at) => `${name} ${/^enabled=(.*)$/m.exec(told[at] ?? '')?.[1] ?? 'absent'}`)
    const words: Record<string, RegExp> = {
      enabled: /^(yes|missing .*)$/,
      disabled: /^no$/,
      linked: /^no$/,
      static: /^(static|none)$/,
      generated: /^(static|generated|none|no)$/,
    }
    const theirs = (
      await host().exec(
        `for u in ${names.map(name => `'${name}'`).join(' ')}; do systemctl is-enabled "$u" 2>/dev/null; done`,
      )
    ).stdout
      .trim()
      .split('\n')
    const differ = ours.filter((line, at) => {
      const [name = '', ...word] = line.split(' ')
      const wanted = words[theirs[at] ?? '']
      return (
        name !== 'masked.service' && !(wanted ? wanted.test(word.join(' ')) : word.join(' ') === theirs[at])
      )
    })
    expect(differ).toEqual([])
    expect(ours.filter(line => line.includes('missing'))).toEqual([
      'moved.service missing multi-user.target.wants is.service, stale rescue.target.wants',
    ])
  })

  test('it is made so, whatever systemd calls the unit before', async () => {
    const on = enabled(true, 'olddaemon', 'moved', 'erased', 'hidden', 'many@two', 'only-also', 'linked')
    const done = await ops('apply', [...on, ...enabled(false, 'masked', 'passing')])
    expect(done.code, done.stderr).toBe(0)
    expect(done.stdout).toContain('8 changed, 1 ok')
    expect((await ops('check', [...on, ...enabled(false, 'masked')])).code).toBe(0)
    expect(await links('moved')).toBe('multi-user.target.wants/moved.service\n')
    expect(await host().read(`cd ${units} && ls was.service is.service 2>/dev/null || true`)).toBe(
      'is.service\n',
    )
    expect(await links('hidden')).toBe(
      'graphical.target.wants/hidden.service\nmulti-user.target.wants/hidden.service\n',
    )
    expect(await links('many@two')).toBe('many-two.target.wants/many@two.service\n')
    for (const unit of ['olddaemon', 'erased', 'hidden', 'linked', 'only-also.socket']) {
      expect([unit, await isEnabled(unit)]).toEqual([unit, 'enabled'])
    }
    expect(await isEnabled('masked')).toBe('masked-runtime')
    expect(await links('masked')).toBe('')
  })

  test('and undone, without taking a unit file away that is there by a link', async () => {
    const off = enabled(false, 'olddaemon', 'moved', 'linked', 'only-also')
    await host().read('systemctl -q enable --runtime erased')
    const done = await ops('apply', [...off, ...enabled(false, 'erased')])
    expect(done.code, done.stderr).toBe(0)
    expect((await ops('check', [...off, ...enabled(false, 'erased')])).code).toBe(0)
    expect([await isEnabled('olddaemon'), await isEnabled('erased')]).toEqual(['disabled', 'disabled'])
    expect([await isEnabled('linked'), await links('moved')]).toEqual(['linked', ''])
  })

  test.each([
    [{ unit: 'ends', running: true }, 'ends.service is a oneshot without RemainAfterExit=yes'],
    [{ unit: 'lone', enabled: true }, 'nothing starts lone.service at boot: it has no [Install] section'],
    [{ unit: 'passing', enabled: true }, 'passing.service is transient'],
    [{ unit: 'masked', enabled: true }, '`systemctl unmask --runtime masked`'],
    [{ unit: 'shutdown.target', running: true }, 'shutdown.target says RefuseManualStart=yes'],
  ])('%j is refused in the plan, with the way out', async (params, why) => {
    const refused = await ops('plan', [['service', params]])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(why)
    expect(refused.stderr).toMatch(/changed +no/)
  })

  /** Each a first run whose later steps look at what the earlier ones move. */
  const moving: Record<string, readonly (readonly [string, object])[]> = {
    'a unit file, then the unit, which another one starts with it': [
      [
        'file',
        {
          path: `${units}/first.service`,
          content: `[Unit]\nWants=second.service\n${wantedBy('multi-user.target')}`,
        },
      ],
      ['file', { path: `${units}/second.service`, content: sleeper }],
      ['service', { unit: 'first', running: true, enabled: true }],
      ['service', { unit: 'second', running: true }],
    ],
    'a drop-in and a template, then their units': [
      ['directory', { path: `${units}/first.service.d` }],
      ['file', { path: `${units}/first.service.d/more.conf`, content: '[Unit]\nDescription=More\n' }],
      ['file', { path: `${units}/each@.service`, content: wantedBy('multi-user.target') }],
      ['service', { unit: 'first', running: true }],
      ['service', { unit: 'each@one', running: true, enabled: true }],
    ],
    'a timer with its service': [
      ['file', { path: `${units}/tick.service`, content: '[Service]\nType=oneshot\nExecStart=/bin/true\n' }],
      [
        'file',
        {
          path: `${units}/tick.timer`,
          content: '[Timer]\nOnActiveSec=1h\n[Install]\nWantedBy=timers.target\n',
        },
      ],
      ['service', { unit: 'tick.timer', running: true, enabled: true }],
    ],
    'a mount unit, then what lies on the disk': [
      [
        'file',
        {
          path: `${units}/srv-disk.mount`,
          content: '[Mount]\nWhat=/opt/disk\nWhere=/srv/disk\nOptions=bind\n',
        },
      ],
      ['service', { unit: 'srv-disk.mount', running: true }],
      ['directory', { path: '/srv/disk/app', mode: '0750' }],
      ['file', { path: '/srv/disk/app/config', content: 'new\n' }],
    ],
    'a line of /etc/fstab, then its mount': [
      ['file', { path: '/etc/fstab', content: 'tmpfs /mnt/fast\\040disk tmpfs defaults 0 0\n' }],
      ['service', { unit: 'mnt-fast\\x20disk.mount', running: true }],
      ['directory', { path: '/mnt/fast disk/cache', mode: '0700' }],
    ],
    'a link to a release, then a file in it': [
      ['directory', { path: '/srv/releases/2' }],
      ['link', { path: '/srv/current', to: '/srv/releases/2' }],
      ['file', { path: '/srv/current/config', content: 'of 2\n' }],
    ],
    'a group and a user, then what is theirs': [
      ['group', { name: 'crew' }],
      ['user', { name: 'ann', group: 'crew' }],
      ['directory', { path: '/home/ann', mode: '0711', owner: 'ann', group: 'crew' }],
      ['group', { name: 'staffers' }],
      ['user', { name: 'bea' }],
      ['group', { name: 'bea' }],
    ],
    'a user, then lines that useradd has written otherwise': [
      ['user', { name: 'rootless' }],
      ['line', { path: '/etc/subuid', line: 'rootless:900000:65536', match: '^rootless:' }],
      ['line', { path: '/etc/subgid', line: 'rootless:900000:65536', match: '^rootless:' }],
      ['option', { path: '/etc/group', key: 'rootless', value: 'x:4711:', separator: ':' }],
    ],
    'a daemon that makes its folder, then its mode': [
      ['file', { path: `${units}/keeps.service`, content: `${sleeper}StateDirectory=keeps\n` }],
      ['service', { unit: 'keeps', running: true }],
      ['directory', { path: '/var/lib/keeps', mode: '0750' }],
    ],
  }
  test.each(Object.entries(moving))('%s: a first run ends well, and owes nothing', async (_what, all) => {
    await host().read(`mkdir -p /opt/disk/app /srv/releases/1; chmod 0755 /opt/disk/app; echo old >/opt/disk/app/config
      echo of 1 >/srv/releases/1/config; [ -e /srv/current ] || ln -s /srv/releases/1 /srv/current`)
    const done = await ops('apply', all)
    expect([done.code, done.stderr]).toEqual([0, expect.not.stringContaining('error')])
    const again = await ops('check', all)
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining(`${all.length} ok`)])
  })

  test('a unit that another one stops is told with the one that did it', async () => {
    await host().read(
      `printf '[Unit]\nConflicts=first.service\n${sleeper.replaceAll('\n', '\\n')}' >${units}/rival.service; systemctl daemon-reload`,
    )
    const fight = await ops('apply', [
      ['service', { unit: 'first', running: true }],
      ['service', { unit: 'rival', running: true }],
    ])
    expect(fight.code).toBe(1)
    expect(fight.stderr).toContain(
      'service first was undone by service rival, by something that this started',
    )
  })

  test('a unit that is not started as its condition does not hold says so', async () => {
    const refused = await ops('apply', [['service', { unit: 'choosy', running: true }]])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('choosy was not started: a condition of its unit does not hold')
  })
})
