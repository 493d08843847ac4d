import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { watchOps } from '../ops-run.ts'
import {
  before,
  closing,
  everyday,
  fragile,
  machine,
  machineState,
  nest,
  settled,
  settledState,
  slow,
  state,
  web,
  webState,
} from './undo-recipes.ts'

describeReal('the history of a host', () => {
  const host = useHost()
  let folder: Folder
  let first = ''
  beforeAll(() => {
    folder = folderWith({
      'recipes/everyday.ts': everyday,
      'recipes/settled.ts': settled,
      'recipes/slow.ts': slow,
      'recipes/closing.ts': closing,
      'recipes/nest.ts': nest,
      'recipes/machine.ts': machine,
      'recipes/web.ts': web,
      'recipes/fragile.ts': fragile,
      token: 'tok-5up3r-s3cret',
    })
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, ...words: readonly string[]) =>
    folder.answer([verb, ...words, '-F', host().sshConfig])
  const events = async (verb: string, ...words: readonly string[]) => {
    const { stdout } = await ops(verb, ...words, '--json')
    return stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
  }
  const runOf = (text: string) => /run ([0-9a-f]{8}): ops show/.exec(text)?.[1] ?? ''

  test('a run is written down on both sides, without its secret, and taken back as it found things', async () => {
    await host().read(before)
    const found = await host().read(state)
    const applied = await ops('apply', 'everyday', host().name, '--token', '@token', '--yes')
    expect([applied.code, applied.stderr]).toEqual([0, ''])
    // The service is looked at again after its unit has come: a record costs no trip.
    expect(applied.stdout).toContain('3 trips')
    first = runOf(applied.stdout)
    expect(first).not.toBe('')

    const here = (await events('history')).find(each => each.event === 'history').runs
    const there = (await events('history', host().name)).find(each => each.event === 'history').runs
    for (const runs of [here, there]) {
      expect(runs.map((each: { run: string }) => each.run)).toEqual([first])
      expect(runs[0]).toMatchObject({ purpose: 'apply everyday', hosts: { [host().name]: 'ok' } })
    }
    const records = join(folder.path, '.local/state/ops/runs')
    const text = readdirSync(records)
      .map(name => readFileSync(join(records, name), 'utf8'))
      .join('')
    expect(text).toContain('"word":"one"')
    expect(text).not.toContain('s3cret')
    expect((await host().read('grep -rl s3cret /var/lib/ops/runs || echo none')).trim()).toBe('none')
    expect(await host().read('stat -c %a /var/lib/ops/runs')).toBe('700\n')

    const shown = (await ops('show', first)).stdout
    expect(shown).toContain('word="one"')
    expect(shown).toContain('+one')
    expect((await ops('show', first.slice(0, 6), host().name)).stdout).toContain(
      `old content: ops kept ${host().name} /etc/undo-old.conf`,
    )

    const dry = await ops('undo', first, '--dry-run')
    expect(dry.stdout).toContain('cannot command touch /run/undo-command: nobody knows what a command did')
    expect(dry.stdout).not.toContain('skipped')
    expect([dry.code, await host().read('cat /etc/undo/new.conf')]).toEqual([8, 'one'])
    expect((await ops('undo', first)).code).toBe(3)

    const back = await ops('undo', first, '--yes')
    // The command stays done, and whoever asks by the exit code is told.
    expect([back.code, back.stderr]).toEqual([
      8,
      expect.stringContaining(`1 thing that run ${first} did at ${host().name} is not taken back`),
    ])
    expect(back.stdout).toMatch(/^not all taken back .* 1 not taken back/m)
    const [latest] = (await events('history')).find(each => each.event === 'history').runs
    expect(latest).toMatchObject({ purpose: `undo ${first}`, hosts: { [host().name]: 'not-whole' } })
    const [told] = (await events('history', host().name)).find(each => each.event === 'history').runs
    expect(told).toMatchObject({ purpose: `undo ${first}`, hosts: { [host().name]: 'not-whole' } })
    expect(await host().read(state)).toBe(found)
    const again = await ops('undo', first, '--yes')
    expect(again.stdout).toContain('nothing to do')
    expect(again.code).toBe(8)

    // An undo is a run, and can be taken back like one, as far as the folder that it removed lets it.
    const redone = await ops('undo', runOf(back.stdout), '--yes')
    expect(redone.stdout).toContain('cannot directory /etc/undo: of a removed directory nothing is kept')
    expect(redone.code).toBe(8)
    expect(await host().read('cat /etc/undo-old.conf /etc/undo-lines; systemctl is-active undo-app')).toBe(
      'onezero\none\nactive\n',
    )
  })

  test('what others have changed since stays, and is named', async () => {
    const first = await ops('apply', 'everyday', host().name, '--token', '@token', '--yes')
    const applied = await ops('apply', 'everyday', host().name, '--token', '@token', '--word', 'two', '--yes')
    const run = runOf(applied.stdout)
    // To the run before this one that later run is the reason, and is named; where somebody else came after it, that too.
    const former = async () => (await ops('undo', runOf(first.stdout), '--dry-run')).stdout
    const own = new RegExp(
      String.raw`skipped restored /etc/undo/new\.conf: changed since by the later run ${run} \(apply everyday, \S+@\S+ \(pid \d+\)\)`,
    )
    expect(await former()).toMatch(new RegExp(`${own.source}: content: `))
    expect(await former()).toContain(`undo that run first, by \`ops undo ${run}\``)
    await host().read('echo mine >>/etc/undo/new.conf')
    expect(await former()).toMatch(new RegExp(`${own.source}, and by somebody else after that: content: `))
    await host().read('printf two >/etc/undo/new.conf')
    await host().read('echo mine >>/etc/undo-old.conf; touch /etc/undo/foreign')
    const undone = await ops('undo', run, '--yes')
    expect(undone.stdout).toContain('skipped restored /etc/undo-old.conf: changed since by somebody else')
    expect(undone.stdout).toMatch(/content: [0-9a-f]{8}… as the run left it, [0-9a-f]{8}… now/)
    expect(undone.code).toBe(8)
    expect(await host().read('cat /etc/undo-old.conf')).toBe('twomine\n')
    expect(await host().read('cat /etc/undo/new.conf /etc/undo-lines')).toContain('one')
    expect(await host().read('cat /etc/undo/new.conf')).toBe('one')
    expect((await ops('undo', 'abcdef12', host().name, '--yes')).stderr).toContain(
      'has no record of a run abcdef12',
    )
    expect((await ops('undo', 'nonsense', '--yes')).code).toBe(3)
  })

  test('a directory stays with a file in it that somebody has changed since', async () => {
    const applied = await ops('apply', 'nest', host().name, '--yes')
    expect([applied.stderr, applied.code]).toEqual(['', 0])
    await host().read('echo mine >>/etc/undo-nest/in/b')
    const run = runOf(applied.stdout)
    const undone = await ops('undo', run, '--yes')
    expect([undone.stderr, undone.code]).toEqual([expect.stringContaining('are not taken back'), 8])
    expect(undone.stdout).toContain(
      'skipped directory /etc/undo-nest/in: it holds what stays: /etc/undo-nest/in/b',
    )
    expect(undone.stdout).toContain(
      'skipped directory /etc/undo-nest: it holds what stays: /etc/undo-nest/in',
    )
    expect(await host().read('find /etc/undo-nest -type f; cat /etc/undo-nest/in/b')).toBe(
      '/etc/undo-nest/in/b\nb\nmine\n',
    )
    await host().read("printf 'b\\n' >/etc/undo-nest/in/b")
    expect((await ops('undo', run, '--yes')).code).toBe(0)
    expect(await host().read('ls -d /etc/undo-nest 2>/dev/null || echo none')).toBe('none\n')
  })

  test('an account or a setting that others have changed since stays, by all that it is, and is named', async () => {
    const applied = await ops('apply', 'settled', host().name, '--yes')
    expect([applied.stderr, applied.code]).toEqual(['', 0])
    await host().read(`usermod --append --groups undo-team undo-kim; echo undo-lee:secret | chpasswd
      echo 'net.ipv4.tcp_fin_timeout = 38' >/etc/sysctl.d/99-zz-net.ipv4.tcp_fin_timeout.conf`)
    const run = runOf(applied.stdout)
    const undone = await ops('undo', run, '--yes')
    expect([undone.stderr, undone.code]).toEqual([expect.stringContaining('are not taken back'), 8])
    for (const what of [
      /skipped group undo-team: changed since by somebody else: entry: undo-team:x:\d+: as the run left it, undo-team:x:\d+:undo-kim now/,
      /skipped user undo-kim: changed since by somebody else: groups: .* as the run left it, .*undo-team now/,
      /skipped user undo-lee: changed since by somebody else: its password is another one/,
      /skipped sysctl net\.ipv4\.tcp_fin_timeout: changed since by somebody else: line: net\.ipv4\.tcp_fin_timeout = 37 as the run left it, net\.ipv4\.tcp_fin_timeout = 38 now/,
    ])
      expect(undone.stdout).toMatch(what)
    expect(await host().read(settledState)).toBe(
      'undo-team\nundo-kim\nundo-lee\n99-zz-net.ipv4.tcp_fin_timeout.conf\n',
    )
    await host().read(`gpasswd --delete undo-kim undo-team; usermod --password '!' undo-lee
      echo 'net.ipv4.tcp_fin_timeout = 37' >/etc/sysctl.d/99-zz-net.ipv4.tcp_fin_timeout.conf`)
    expect((await ops('undo', run, '--yes')).stderr).toBe('')
    expect(await host().read(settledState)).toBe('')
  })

  test('packages, name, time zone, mounts and settings of the kernel go back as well', async () => {
    const found = await host().read(machineState)
    const applied = await ops('apply', 'machine', host().name, '--yes')
    expect(await host().read(machineState)).not.toBe(found)
    const undone = await ops('undo', runOf(applied.stdout), '--yes')
    expect(undone.stdout).not.toContain('skipped')
    expect(undone.stdout).toContain('the directory /mnt/undo that was made for it stays')
    expect([undone.stderr, undone.code]).toEqual(['', 0])
    expect(await host().read(machineState)).toBe(found)
  })

  test('a service goes before the package that it came with, and a mount point is written in place', async () => {
    await host().read(
      'echo mine >/etc/undo-mounted; cp /etc/undo-mounted /root/mounted; mount --bind /root/mounted /etc/undo-mounted',
    )
    const found = await host().read(webState)
    const applied = await ops('apply', 'web', host().name, '--yes')
    expect([applied.stderr, applied.code]).toEqual(['', 0])
    const undone = await ops('undo', runOf(applied.stdout), '--yes')
    expect([undone.stderr, undone.code]).toEqual(['', 0])
    expect(await host().read(webState)).toBe(found)
  })

  test('a run whose last look needs nothing is done', async () => {
    const applied = await ops('apply', 'closing', host().name, '--yes')
    expect([applied.stderr, applied.code]).toEqual(['', 0])
    expect(applied.stdout).toContain('1 changed, 1 ok')
    const [run] = (await events('history', host().name)).find(each => each.event === 'history').runs
    expect(run).toMatchObject({ purpose: 'apply closing', hosts: { [host().name]: 'ok' } })
    const undone = await ops('undo', run.run, host().name, '--yes')
    expect([undone.stdout.includes('skipped'), undone.stderr, undone.code]).toEqual([false, '', 0])
  })

  test('what a service took back by itself is written down as that, and leaves nothing to take back', async () => {
    expect((await ops('apply', 'fragile', host().name, '--word', 'true', '--yes')).stderr).toBe('')
    const broken = await ops('apply', 'fragile', host().name, '--word', 'exit 1', '--yes')
    expect(broken.code).toBe(7)
    expect(await host().read('cat /etc/undo-fragile; systemctl is-active undo-fragile')).toBe('trueactive\n')
    const run = (await events('history', host().name)).find(each => each.event === 'history').runs[0]
    expect(run.hosts).toEqual({ [host().name]: 'reverted' })
    const there = (await ops('show', run.run, host().name)).stdout
    expect(there).toContain('changed file /etc/undo-fragile')
    expect(there).toContain('reverted service undo-fragile')
    const undone = await ops('undo', run.run, host().name, '--dry-run')
    expect(undone.stdout).toContain('nothing to do')
    expect([undone.stdout.includes('skipped'), undone.code]).toEqual([false, 0])
  })

  test('where the controller was killed, the host knows what was done', async () => {
    const run = watchOps(folder, ['apply', 'slow', host().name, '--yes', '-F', host().sshConfig])
    await run.seen(
      event => event.event === 'step' && event.step.startsWith('command') && event.status === 'running',
    )
    const begun = run.events.find(event => event.event === 'run')
    const name = (begun?.event === 'run' && begun.run) || ''
    const early = await ops('undo', name, host().name, '--yes')
    expect([early.code, early.stderr]).toEqual([6, expect.stringContaining(`run ${name} still goes on`)])
    const patient = watchOps(folder, ['undo', name, host().name, '--yes', '--wait', '-F', host().sshConfig])
    expect(await patient.seen(event => event.event === 'waiting')).toMatchObject({ for: 'lock' })
    await host().read('touch /run/undo-go')
    run.child.kill('SIGKILL')
    await run.ended
    // The host ends after the step that runs, and writes its end down.
    await host().read(`until grep -q '^end' /var/lib/ops/runs/*-${name}; do sleep 0.1; done`)
    const here = (await ops('show', name)).stdout
    expect(here).toContain('cut off, its end is unknown')
    expect(here).toContain(`the host itself knows all that was done: ops show ${name} ${host().name}`)
    const there = (await ops('show', name, host().name)).stdout
    expect(there).toContain('changed file /etc/undo-slow')
    expect(there).toContain('changed command')
    expect(there).not.toContain('undo-never')
    // What the command did stays, and the rest was taken back as soon as the run had ended.
    expect(await patient.ended).toBe(8)
    expect((await host().read('ls /etc/undo-slow 2>/dev/null || echo none')).trim()).toBe('none')
    // Killed a moment earlier this machine would know of no step: the host is asked all the same, and may have nothing to tell.
    const records = join(folder.path, '.local/state/ops/runs')
    const path = join(records, readdirSync(records).find(each => each.endsWith(`-${name}.json`)) ?? '')
    const text = JSON.stringify({
      ...JSON.parse(readFileSync(path, 'utf8')),
      hosts: [{ host: host().name, status: 'unknown', steps: [], errors: [] }],
    })
    writeFileSync(path, text)
    writeFileSync(join(records, '20260101T000000Z-abcdef34.json'), text.replaceAll(name, 'abcdef34'))
    const untouched = await ops('undo', 'abcdef34', '--dry-run')
    expect(untouched.stdout).toContain('run abcdef34 has begun nothing here')
    expect(untouched.code).toBe(0)
    expect((await ops('undo', name, '--yes')).code).toBe(8)
    expect((await host().read('ls /etc/undo-slow /etc/undo-never 2>/dev/null || echo none')).trim()).toBe(
      'none',
    )
  })
})
