/** Whether a unit really runs after its start, and what cannot be had. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { conf, nginx, page, useServices } from './use-services.ts'

describeReal('service on a real host', () => {
  const { host, ops, show } = useServices()

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
