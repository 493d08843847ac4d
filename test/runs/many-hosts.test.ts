import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostSummary, RunEvent } from '../../src/run/events.ts'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import type { Host } from '../hosts/host.ts'
import { useHosts } from '../hosts/use-hosts.ts'
import { watchOps } from './ops-run.ts'

const recipes = {
  'recipes/word.ts': `
import { file, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'A file with a word in it.',
  params: { word: z.string().describe('The word.') },
  steps: ({ params }) => [file({ path: '/etc/word', content: params.word + '\\n' }), file({ path: '/etc/word2', content: params.word + '\\n' })],
})
`,
  'recipes/slow.ts': `
import { command, recipe } from 'ops-recipes'
export default recipe({
  summary: 'Waits until it is let go, then leaves a mark.',
  params: {},
  steps: () => [
    command({ run: 'touch /run/began; until [ -e /run/go ]; do sleep 0.05; done; touch /run/one', creates: '/run/one' }),
    command({ run: 'touch /run/two', creates: '/run/two' }),
  ],
})
`,
}

const held = `
import { command, recipe } from 'ops-recipes'
export default recipe({
  summary: 'Waits until it is let go, as any user.',
  params: {},
  steps: () => [command({ run: 'cd /tmp/held; touch began; until [ -e go ]; do sleep 0.05; done; touch done', creates: '/tmp/held/done' })],
})
`

interface Summary {
  readonly hosts: Record<string, HostSummary>
  readonly trips: Record<string, number>
}

describeReal('runs over several hosts', () => {
  const hosts = useHosts({ count: 3 })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ ...recipes, 'recipes/held.ts': held })
  })
  afterAll(() => folder?.remove())

  const names = () => hosts().map(host => host.name)
  const config = () => hosts()[0]?.sshConfig ?? ''
  const first = (): Host => {
    const [host] = hosts()
    if (!host) throw new Error('no host')
    return host
  }
  const json = async (argv: readonly string[]) => {
    const { code, stdout } = await folder.answer([...argv, '-F', config(), '--json'])
    const events = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as RunEvent)
    const summary = events.at(-1) as unknown as Summary
    return { code, events, summary }
  }
  /** Waits until the host has raised its flag for the run: no other step starts. */
  const isToldToStop = (host: Host) =>
    host.read('until ls /run/ops/run.*/stop 2>/dev/null; do sleep 0.05; done')
  const waitFor = async (host: Host, path: string) => {
    await host.read(`until [ -e ${path} ]; do sleep 0.05; done`)
  }
  const reset = (host: Host) => host.read('rm -f /run/began /run/go /run/one /run/two')

  test('every host is changed, and a second run finds nothing to do in one trip each', async () => {
    const argv = ['apply', 'word', ...names(), '--word', 'one', '--yes']
    const apply = await json(argv)
    expect([apply.code, Object.values(apply.summary.hosts).map(each => [each.status, each.changed])]).toEqual(
      [
        0,
        [
          ['ok', 2],
          ['ok', 2],
          ['ok', 2],
        ],
      ],
    )
    expect(Object.values(apply.summary.trips)).toEqual([2, 2, 2])
    for (const host of hosts()) expect(await host.read('cat /etc/word')).toBe('one\n')
    const again = await json(argv)
    expect([again.code, Object.values(again.summary.hosts).map(each => each.ok)]).toEqual([0, [2, 2, 2]])
    expect(Object.values(again.summary.trips)).toEqual([1, 1, 1])
  })

  test('a host that fails and one that does not exist neither stop nor hide the others', async () => {
    const [good = '', bad = ''] = names()
    await hosts()[1]?.read('rm -rf /etc/word && mkdir -p /etc/word/in-the-way')
    const run = await json([
      'apply',
      'word',
      good,
      bad,
      'root@127.0.0.1:1',
      '--word',
      'two',
      '--yes',
      '--limit',
      '1',
    ])
    const status = Object.values(run.summary.hosts).map(each => each.status)
    expect(status).toEqual(['ok', 'failed', 'unreachable'])
    expect(run.code).toBe(1)
    expect(await first().read('cat /etc/word')).toBe('two\n')
    await hosts()[1]?.read('rm -rf /etc/word')
  })

  test('with --serial a batch that fails is the last one: the hosts after it are not begun', async () => {
    const [good = '', bad = '', last = ''] = names()
    await hosts()[1]?.read('rm -rf /etc/word && mkdir -p /etc/word/in-the-way')
    const before = await hosts()[2]?.read('cat /etc/word; stat -c %Y /etc/word')
    const run = await json(['apply', 'word', good, bad, last, '--word', 'rolled', '--serial', '1', '--yes'])
    expect(Object.values(run.summary.hosts).map(each => each.status)).toEqual(['ok', 'failed', 'not-begun'])
    expect([run.code, run.summary.trips[last]]).toEqual([1, 0])
    expect(await hosts()[2]?.read('cat /etc/word; stat -c %Y /etc/word')).toBe(before)
    const all = await json(['apply', 'word', bad, last, '--word', 'rolled', '--max-fail', '1', '--yes'])
    expect(Object.values(all.summary.hosts).map(each => each.status)).toEqual(['failed', 'ok'])
    await hosts()[1]?.read('rm -rf /etc/word')
    const wrong = await folder.answer([
      'apply',
      'word',
      good,
      '--word',
      'x',
      '--serial',
      '0',
      '--yes',
      '-F',
      config(),
    ])
    expect([wrong.code, wrong.stderr]).toEqual([
      3,
      expect.stringContaining('--serial 0: not a number of hosts'),
    ])
  })

  test('a check exits with 2 on drift and touches nothing', async () => {
    await first().read('echo foreign > /etc/word')
    const check = await json(['check', 'word', ...names(), '--word', 'two'])
    expect([check.code, check.summary.hosts[first().name]?.status]).toEqual([2, 'drift'])
    expect(await first().read('cat /etc/word')).toBe('foreign\n')
  })

  test('a saved plan is private, applies what it shows, and is refused everywhere once one host moved', async () => {
    for (const host of hosts()) await host.read('rm -rf /etc/word /etc/word2')
    const file = join(folder.path, 'word.plan')
    expect((await json(['plan', 'word', ...names(), '--word', 'three', '-o', file])).code).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await hosts()[2]?.read('echo foreign > /etc/word2')
    const refused = await json(['apply', file, '--yes'])
    expect(refused.code).toBe(8)
    for (const host of hosts()) expect((await host.exec('cat /etc/word')).code).not.toBe(0)
    await hosts()[2]?.read('rm /etc/word2')
    const applied = await json(['apply', file, '--yes'])
    expect([applied.code, Object.values(applied.summary.hosts).map(each => each.changed)]).toEqual([
      0,
      [2, 2, 2],
    ])
  })

  test('a saved plan that was cut or edited is refused before anything is contacted', async () => {
    const file = join(folder.path, 'cut.plan')
    writeFileSync(file, readFileSync(join(folder.path, 'word.plan'), 'utf8').slice(0, 400))
    const { code } = await folder.answer(['apply', file, '-F', config(), '--yes'])
    expect(code).toBe(3)
    expect(existsSync(file)).toBe(true)
  })

  test('of two operators at once one proceeds, and the other is told who holds the host', async () => {
    const host = first()
    await reset(host)
    const one = watchOps(folder, ['apply', 'slow', host.name, '-F', config(), '--yes'])
    await waitFor(host, '/run/began')
    const other = await folder.answer([
      'apply',
      'word',
      host.name,
      '--word',
      'locked',
      '-F',
      config(),
      '--yes',
    ])
    expect(other.code).toBe(6)
    expect(other.stdout + other.stderr).toMatch(/pid \d+\) since .*apply slow/)
    await host.read('touch /run/go')
    expect(await one.ended).toBe(0)
    expect(
      (await folder.answer(['apply', 'word', host.name, '--word', 'free', '-F', config(), '--yes'])).code,
    ).toBe(0)
  })

  test('of two operators who act as one user, by login and by sudo, one proceeds', async () => {
    const host = first()
    await host.read('install -d -m 1777 /tmp/held')
    const argv = (login: string) => ['apply', 'held', `${host.name}-${login}`, '-F', config(), '--yes']
    const holder = watchOps(folder, [...argv('worker'), '--no-become'])
    await waitFor(host, '/tmp/held/began')
    const other = await folder.answer([...argv('deploy'), '--become-user', 'worker'])
    expect(other.code).toBe(6)
    expect(other.stderr).toContain('apply held')
    await host.read('touch /tmp/held/go')
    expect(await holder.ended).toBe(0)
    await host.read('rm -r /tmp/held')
  })

  test('the lock of an operator who was killed is free at the next step boundary, and --wait gets it', async () => {
    const host = first()
    await reset(host)
    const one = watchOps(folder, ['apply', 'slow', host.name, '-F', config(), '--yes'])
    await waitFor(host, '/run/began')
    one.child.kill('SIGKILL')
    await one.ended
    const waiting = folder.answer([
      'apply',
      'word',
      host.name,
      '--word',
      'waited',
      '-F',
      config(),
      '--yes',
      '--wait',
    ])
    await host.read('touch /run/go')
    expect((await waiting).code).toBe(0)
    expect((await host.exec('test -e /run/one')).code).toBe(0)
    expect((await host.exec('test -e /run/two')).code).not.toBe(0)
  })

  test('Ctrl-C once ends after the running step and says so; the next run does the rest', async () => {
    const host = first()
    await reset(host)
    const run = watchOps(folder, ['apply', 'slow', host.name, '-F', config(), '--yes'])
    await waitFor(host, '/run/began')
    run.child.kill('SIGINT')
    await isToldToStop(host)
    await host.read('touch /run/go')
    expect(await run.ended).toBe(130)
    expect((await host.exec('test -e /run/one && test ! -e /run/two')).code).toBe(0)
    expect((await folder.answer(['apply', 'slow', host.name, '-F', config(), '--yes'])).code).toBe(0)
    expect((await host.exec('test -e /run/two')).code).toBe(0)
  })

  test('Ctrl-C twice ends the running step now and leaves nothing of it', async () => {
    const host = first()
    await reset(host)
    const run = watchOps(folder, ['apply', 'slow', host.name, '-F', config(), '--yes'])
    await waitFor(host, '/run/began')
    run.child.kill('SIGINT')
    // Two signals at once may arrive as one.
    await isToldToStop(host)
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(130)
    // Let go now: had anything of the step survived, it would leave its mark before another run gets the lock.
    await host.read('touch /run/go')
    const next = await folder.answer([
      'apply',
      'word',
      host.name,
      '--word',
      'after',
      '-F',
      config(),
      '--yes',
      '--wait',
    ])
    expect([next.code, next.stdout]).toEqual([0, expect.not.stringContaining('died half-way')])
    expect((await host.exec('test -e /run/one')).code).not.toBe(0)
  })

  test('a bash that a command starts does not read the start-up files of root', async () => {
    await first().read('cp -p /root/.bashrc /root/.bashrc.was; echo "echo noise" >>/root/.bashrc')
    const { stdout } = await folder.answer([
      'run',
      first().name,
      '-F',
      config(),
      '--',
      'bash -c "echo clean"',
    ])
    await first().read('mv /root/.bashrc.was /root/.bashrc')
    expect(stdout).toBe(`${first().name} | clean\n`)
  })

  test('a host named twice runs once', async () => {
    const host = first()
    const run = await json(['check', 'word', host.name, host.name, '--word', 'free'])
    expect(Object.keys(run.summary.hosts)).toEqual([host.name])
  })
})
