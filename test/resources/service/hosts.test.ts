/** What a service does with the configuration that it has: reloads, refuses, and what it owes. */
import { expect, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { conf, nginx, page, useServices } from './use-services.ts'

describeReal('service on a real host', () => {
  const { host, ops, show, body } = useServices()

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
})
