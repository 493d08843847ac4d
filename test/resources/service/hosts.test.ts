import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const services = `
import { file, recipe, service, z } from 'ops-recipes'

export default recipe({
  summary: 'Files and a service as the test says.',
  params: {
    files: z.string().default('{}').describe('Contents by path, as JSON.'),
    unit: z.string().describe('Params of service, as JSON.'),
  },
  steps: ({ params }) => [
    Object.entries(JSON.parse(params.files)).map(([path, content]) => file({ path, content: String(content) })),
    service(JSON.parse(params.unit)),
  ],
})
`

/** A daemon that starts well and dies when its configuration says so. */
const frail = `#!/bin/sh
read -r life </etc/frail.conf
[ "$life" != refuses ] || { echo 'frail: Error: it refuses' >&2; exit 1; }
exec sleep "$life"
`
const frailUnit = `[Service]
ExecStart=/usr/local/bin/frail
ExecReload=/bin/true
[Install]
WantedBy=multi-user.target
`

const page = (listen: number, more = '') =>
  `server { listen ${listen}; ${more} return 200 "port ${listen}"; }\n`
const conf = '/etc/nginx/conf.d/page.conf'
const nginx = { unit: 'nginx', running: true, enabled: true, follows: ['/etc/nginx'], onChange: 'reload' }

describeReal('service on a real host', () => {
  const host = useHost({
    withPackages: ['nginx', 'curl'],
    files: { '/etc/systemd/system/frail.service': frailUnit },
  })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({ 'recipes/services.ts': services })
    await host().exec('cat >/usr/local/bin/frail; chmod 755 /usr/local/bin/frail', { input: frail })
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, unit: object, files: object = {}) =>
    folder.ops([
      verb,
      'services',
      host().name,
      '-F',
      host().sshConfig,
      ...(verb === 'apply' ? ['--yes'] : []),
      '--unit',
      JSON.stringify(unit),
      '--files',
      JSON.stringify(files),
    ])
  const show = async (unit: string, property: string) =>
    (await host().read(`systemctl show --value -p ${property} ${unit}`)).trim()
  const body = async (port: number) => (await host().exec(`curl -s http://127.0.0.1:${port}/`)).stdout

  test('a reload brings the new configuration, and a second run owes nothing', async () => {
    expect((await ops('apply', nginx, { [conf]: page(8080) })).code).toBe(0)
    expect(await body(8080)).toBe('port 8080')
    const [workers, invocation] = [
      await host().read('pgrep -P "$(cat /run/nginx.pid)"'),
      await show('nginx', 'InvocationID'),
    ]
    expect((await ops('apply', nginx, { [conf]: page(8080) })).stdout).toContain('nothing to do')
    expect(await host().read('pgrep -P "$(cat /run/nginx.pid)"')).toBe(workers)
    expect(await show('nginx', 'InvocationID')).toBe(invocation)
  })

  test('a configuration that nginx refuses is taken back before nginx has seen it', async () => {
    const workers = await host().read('pgrep -P "$(cat /run/nginx.pid)"')
    const broken = await ops('apply', nginx, { [conf]: page(8081, 'nonsense on;') })
    expect(broken.code).toBe(7)
    expect(broken.stderr).toContain('nginx -t -q refuses the configuration')
    expect(broken.stderr).toContain('unknown directive "nonsense"')
    expect(await host().read(`cat ${conf}`)).toBe(page(8080))
    expect(await host().read('pgrep -P "$(cat /run/nginx.pid)"')).toBe(workers)
    expect((await ops('check', nginx, { [conf]: page(8080) })).code).toBe(0)
  })

  test('a reload that looks like success while nginx kept its old workers is noticed and taken back', async () => {
    const before = await host().exec('nginx -t')
    expect(before.code).toBe(0)
    const taken = await ops('apply', nginx, { [conf]: page(22) })
    expect(taken.code).toBe(7)
    expect(taken.stderr).toMatch(/no new worker came.*bind\(\) to 0\.0\.0\.0:22 failed/)
    expect(await host().read(`cat ${conf}`)).toBe(page(8080))
    expect(await body(8080)).toBe('port 8080')
    expect((await ops('check', nginx, { [conf]: page(8080) })).code).toBe(0)
  })

  test('what systemd has yet to see of a unit is told and loaded: in folders that are new, for its like as well, and above its file', async () => {
    const [vendor, own] = ['/usr/lib/systemd/system', '/etc/systemd/system']
    await host().read(
      `printf '[Service]\nExecStart=/bin/sleep 600\n' | tee '${vendor}/late-one@.service' >'${vendor}/late-one\\x2dtwo.service'; systemctl daemon-reload`,
    )
    for (const [unit, path] of [
      ['late-one@a-b.service', `${own}/late-.service.d/new.conf`],
      ['late-one@a-b.service', `${own}/late-one@.service.d/new.conf`],
      ['late-one@a-b.service', `${own}/late-one@a-b.service.d/new.conf`],
      ['late-one@a-b.service', `${own}/late-one@.service`],
      ['late-one\\x2dtwo.service', `${own}/late-one\\x2dtwo.service.d/new.conf`],
    ] as const) {
      const given = { unit, running: true }
      expect((await ops('apply', given)).code).toBe(0)
      await host().read(
        `mkdir -p '${path.replace(/[^/]*$/, '')}'; printf '[Service]\nExecStart=\nExecStart=/bin/sleep 700\n' >'${path}'`,
      )
      expect([path, (await ops('check', given)).code]).toEqual([path, 2])
      expect([path, (await ops('apply', given)).code]).toEqual([path, 0])
      expect([path, await show(`'${unit}'`, 'ExecStart')]).toEqual([
        path,
        expect.stringContaining('sleep 700'),
      ])
      expect([path, (await ops('check', given)).code]).toEqual([path, 0])
      await host().read(
        `systemctl stop '${unit}'; rm -r '${path.endsWith('.conf') ? path.replace(/\/[^/]*$/, '') : path}'; systemctl daemon-reload`,
      )
    }
    await host().read(`rm ${vendor}/late-*; systemctl daemon-reload`)
  })

  test('a socket that would start again what is stopped and off is told, until it is off, too', async () => {
    const calls = { unit: 'calls', running: false, enabled: false }
    await host().read(`cd /etc/systemd/system
      printf '[Socket]\nListenStream=/run/calls.sock\nAccept=no\n[Install]\nWantedBy=sockets.target\n' >calls.socket
      printf '[Service]\nExecStart=/bin/sleep 600\n[Install]\nWantedBy=multi-user.target\n' >calls.service
      systemctl daemon-reload; systemctl -q enable --now calls.socket`)
    const told = async () => {
      const seen = await ops('check', calls)
      expect(seen.code, seen.stderr).toBe(0)
      return seen.stdout
    }
    expect(await told()).toContain('note: calls.socket is active and may start calls again')
    // One call proves it.
    await host().read(
      `perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un("/run/calls.sock")) or die'`,
    )
    await expect.poll(() => show('calls', 'ActiveState'), { timeout: 60_000 }).toBe('active')
    await host().read('systemctl stop calls.socket calls')
    expect(await told()).toContain('note: calls.socket is enabled and may start calls again')
    await host().read('systemctl -q disable calls.socket')
    expect(await told()).not.toContain('note')
    // Static: `systemctl is-enabled` ends well, and it starts nothing by itself.
    await host().read(`cd /etc/systemd/system
      sed -i '/Install/,$d' calls.socket; sed -i '/^ExecStart/aSockets=calls.socket' calls.service; systemctl daemon-reload`)
    expect(await show('calls', 'TriggeredBy')).toBe('calls.socket')
    expect(await told()).not.toContain('note')
  })

  test('who holds a port that a stopped service needs is named in the plan, and when the start fails', async () => {
    const taker = 'events {} http { server { listen 80; } }'
    await host().exec('cat >/root/taker.conf', { input: taker })
    await host().read(
      `systemctl stop nginx && systemd-run -q --unit=taker nginx -c /root/taker.conf -g 'daemon off; pid /run/taker.pid;'`,
    )
    await host().read('until ss -Hltn | grep -q :80; do :; done')
    const listening = { ...nginx, listens: ['8080', '80'] }
    const planned = await ops('plan', listening)
    expect(planned.stdout).toMatch(/note: port 80 is held by nginx \(pid \d+\), not by nginx/)
    const failed = await ops('apply', { ...nginx, listens: ['8080'] }, { [conf]: page(8080, '# more\n') })
    expect(failed.code).toBe(7)
    expect(failed.stderr).toMatch(
      /port 80 is held by nginx \(pid \d+\), and \/etc\/nginx\/sites-enabled\/default asks for it/,
    )
    await host().read('systemctl stop taker')
    expect((await ops('apply', listening)).code).toBe(0)
  })

  test('a configuration that was broken by somebody else is not touched, and neither is nginx', async () => {
    await host().exec('cat >/etc/nginx/conf.d/foreign.conf', { input: 'gibberish;\n' })
    const workers = await host().read('pgrep -P "$(cat /run/nginx.pid)"')
    const refused = await ops('apply', nginx)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('this run had not changed what nginx follows, so nothing was put back')
    expect(await host().read('cat /etc/nginx/conf.d/foreign.conf')).toBe('gibberish;\n')
    expect(await host().read('pgrep -P "$(cat /run/nginx.pid)"')).toBe(workers)
    await host().read('rm /etc/nginx/conf.d/foreign.conf')
  })

  test('what was deleted, replaced by a link or edited is owed; a change of mode alone is not', async () => {
    expect((await ops('apply', nginx)).code).toBe(0)
    const owed = async () => (await ops('check', nginx)).stdout
    await host().read(`chmod 600 ${conf}`)
    expect(await owed()).toContain('1 ok')
    await host().read(`cp -p ${conf} /root/page.conf; ln -sf /root/page.conf ${conf}`)
    expect(await owed()).toContain('1 ok')
    await host().read(
      `touch -r ${conf} /root/then; echo '# more' >>/root/page.conf; touch -r /root/then /root/page.conf`,
    )
    expect(await owed()).toContain('loaded: no -> yes')
    expect((await ops('apply', nginx)).code).toBe(0)
    await host().read(`rm ${conf}`)
    expect(await owed()).toContain('loaded: no -> yes')
    expect((await ops('apply', nginx)).code).toBe(0)
    expect((await ops('check', nginx)).code).toBe(0)
  })

  test('without a record, times decide, and the plan says so', async () => {
    await host().read('systemctl restart nginx')
    expect((await ops('check', nginx)).code).toBe(0)
    await host().exec(`cat >${conf}`, { input: page(8082) })
    const planned = await ops('plan', nginx)
    expect(planned.stdout).toMatch(/was written after nginx started \(by times: no record/)
    expect((await ops('apply', nginx)).code).toBe(0)
    expect(await body(8082)).toBe('port 8082')
  })

  const unit = {
    unit: 'frail',
    running: true,
    enabled: true,
    follows: ['/etc/frail.conf'],
    settleSeconds: 10,
  }
  const file = (life: string) => ({ '/etc/frail.conf': `${life}\n` })

  test('a unit that dies half a second after its start was never proved: file and service come back', async () => {
    expect((await ops('apply', unit, file('1000'))).code).toBe(0)
    expect(await show('frail', 'UnitFileState')).toBe('enabled')
    const dies = await ops('apply', unit, file('0.6'))
    expect(dies.code).toBe(7)
    expect(dies.stderr).toContain('frail did not stay up after restart')
    expect(await host().read('cat /etc/frail.conf')).toBe('1000\n')
    expect(await show('frail', 'ActiveState')).toBe('active')
    expect((await ops('check', unit, file('1000'))).code).toBe(0)
  })

  test('a unit that does not start says why, and comes back', async () => {
    const refuses = await ops('apply', unit, file('refuses'))
    expect(refuses.code).toBe(7)
    expect(refuses.stderr).toContain('frail: Error: it refuses')
    expect(await show('frail', 'ActiveState')).toBe('active')
  })

  describe('a unit that systemd starts again by itself', () => {
    const again = '[Service]\nRestart=always\nRestartSec=100ms\n[Unit]\nStartLimitIntervalSec=0\n'
    const running = { unit: 'frail', running: true, settleSeconds: 10 }
    const restarted = async (times: number) =>
      expect.poll(async () => Number(await show('frail', 'NRestarts'))).toBeGreaterThan(times)
    beforeAll(async () => {
      await host().exec(
        'mkdir -p /etc/systemd/system/frail.service.d; cat >/etc/systemd/system/frail.service.d/again.conf',
        {
          input: again,
        },
      )
      await host().read('systemctl daemon-reload')
    })
    afterAll(async () => {
      await host().exec(
        'rm -r /etc/systemd/system/frail.service.d; echo 1000 >/etc/frail.conf; systemctl daemon-reload',
      )
      await host().read('systemctl restart frail')
    })

    test('runs, when it was killed a moment ago and stays up since', async () => {
      await host().read('echo 1000 >/etc/frail.conf; systemctl restart frail; systemctl kill -s KILL frail')
      await restarted(0)
      // A plan that was made within its first two seconds is no longer true when its turn comes.
      await expect.poll(async () => (await ops('apply', running)).code, { timeout: 60_000 }).toBe(0)
      expect((await ops('check', running)).code).toBe(0)
    })

    test('does not run, when it dies a second and a half after each start, and it says why', async () => {
      await host().read('echo 1.5 >/etc/frail.conf; systemctl restart frail')
      await restarted(0)
      const dies = await ops('apply', running)
      expect(dies.stderr).toContain('frail did not stay up after ')
      expect(dies.code).toBe(1)
    })
  })

  test('a unit that was stopped stays stopped when its new configuration does not work', async () => {
    await host().read('systemctl stop frail')
    const refuses = await ops('apply', unit, file('refuses'))
    expect(refuses.code).toBe(7)
    expect(refuses.stderr).toContain('is stopped, as before')
    expect(await show('frail', 'ActiveState')).toBe('inactive')
    expect(await host().read('cat /etc/frail.conf')).toBe('1000\n')
  })

  test('a check of its own is asked first', async () => {
    expect((await ops('apply', unit, file('1000'))).code).toBe(0)
    const pid = await show('frail', 'MainPID')
    const checked = {
      ...unit,
      check: 'echo "only odd numbers are good" >&2; grep -q "[13579]$" /etc/frail.conf',
    }
    const refused = await ops('apply', checked, file('500'))
    expect(refused.code).toBe(7)
    expect(refused.stderr).toContain('its check refuses the configuration: only odd numbers are good')
    expect(await show('frail', 'MainPID')).toBe(pid)
  })

  test('a service that must listen and does not is taken back', async () => {
    const deaf = await ops('apply', { ...unit, listens: ['4444'], settleSeconds: 2 }, file('2000'))
    expect(deaf.code).toBe(7)
    expect(deaf.stderr).toContain('frail runs, but does not listen on 4444')
    // A port of another process is not its own.
    const other = await ops('apply', { ...unit, listens: ['22'], settleSeconds: 2 }, file('2000'))
    expect(other.stderr).toContain('frail runs, but does not listen on 22')
    expect(
      (await ops('apply', { ...nginx, listens: ['8082', '0.0.0.0:8082'] }, { [conf]: page(8082, '#') })).code,
    ).not.toBe(0)
    expect(
      (await ops('apply', { ...nginx, listens: ['8083', '0.0.0.0:8083'] }, { [conf]: page(8083) })).code,
    ).toBe(0)
  })

  test.each([
    [{ unit: 'no-such-unit', running: true }, 1, 'there is no unit no-such-unit.service on the host'],
    [{ unit: 'no-such-unit', running: false, enabled: false }, 0, ''],
    [{ unit: 'systemd-tmpfiles-clean.timer', running: true, enabled: true }, 0, ''],
    [{ unit: 'apt-daily.timer', running: false, enabled: false }, 0, ''],
    [{ unit: 'dbus', enabled: false }, 1, 'dbus.service is static'],
  ])('%j exits with %i', async (params, code, said) => {
    const done = await ops('apply', params)
    expect(done.stderr).toContain(said)
    expect(done.code).toBe(code)
    if (code === 0) expect((await ops('check', params)).code).toBe(0)
  })

  test('a unit that cannot reload is told apart before anything is done', async () => {
    await host().read('touch /etc/watched')
    const timer = { unit: 'systemd-tmpfiles-clean.timer', follows: ['/etc/watched'] }
    const refused = await ops('apply', { ...timer, onChange: 'reload' })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("systemd-tmpfiles-clean.timer cannot reload: say `onChange: 'restart'`")
    expect((await ops('apply', timer)).code).toBe(0)
    expect((await ops('check', timer)).code).toBe(0)
  })

  test('a masked unit is left masked, and it says how to change that', async () => {
    await host().read('systemctl mask --now apt-daily-upgrade.timer')
    const masked = await ops('apply', { unit: 'apt-daily-upgrade.timer', running: true, enabled: true })
    expect(masked.code).toBe(1)
    expect(masked.stderr).toContain('apt-daily-upgrade.timer is masked: `systemctl unmask')
    expect(
      (await ops('check', { unit: 'apt-daily-upgrade.timer', running: false, enabled: false })).code,
    ).toBe(0)
  })
})
