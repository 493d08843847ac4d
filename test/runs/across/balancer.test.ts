import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { RunEvent } from '../../../src/run/events.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { watchOps } from '../ops-run.ts'
import { errorsOf, expectEachStepOnce, summaryOf, type Told, toldOps } from '../told-run.ts'
import { files } from './balancer-recipes.ts'

describeReal('hosts behind a balancer', () => {
  const hosts = useHosts({ names: ['lb1', 'web1', 'web2'], withPackages: ['nginx-light', 'curl'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ ...files, 'ops.ini': ini('1') })
  })
  afterAll(() => folder?.remove())

  const ini = (release: string) =>
    `[hosts]\nlb1\nweb1\nweb2\n\n[groups]\nweb = web1, web2\n\n[params shop]\nrelease = "${release}"\n\n[ssh]\nconfig = ${hosts()[0]?.sshConfig}\n`
  const host = (name: string): Host => {
    const found = hosts().find(each => each.name === name)
    if (!found) throw new Error(`no host ${name}`)
    return found
  }
  const ops = async (...argv: string[]) => {
    const told = await toldOps(folder, argv)
    expectEachStepOnce(told)
    return told
  }
  /** What was told as done on balancers: host, step and balancer. */
  const doneElsewhere = ({ events }: Pick<Told, 'events'>) =>
    events.flatMap(event =>
      event.event === 'step' && 'on' in event ? [`${event.host} ${event.step} ${event.status}`] : [],
    )
  const statusesOf = (told: Told) =>
    Object.fromEntries(Object.entries(summaryOf(told).hosts).map(([name, { status }]) => [name, status]))
  const notesOf = ({ events }: Pick<Told, 'events'>) =>
    events.flatMap(event => (event.event === 'note' ? [event.text] : []))
  const titlesOf = (told: Told) => errorsOf(told).map(({ title }) => title)
  const members = () => host('lb1').read('cat /etc/nginx/upstream.d/*')
  const allIn = 'server web1:80;\nserver web2:80;\n'

  /** Asks the balancer again and again, for as long as the work takes: what was answered, and what went wrong. */
  const polledDuring = async (work: () => Promise<unknown>) => {
    const answers = new Set<string>()
    const failures: string[] = []
    let isOver = false
    const poll = async () => {
      while (!isOver) {
        const answer = await fetch(`http://${host('lb1').address}:8080/release`, {
          headers: { connection: 'close' },
          signal: AbortSignal.timeout(20_000),
        }).then(
          async reply => `${reply.status} ${(await reply.text()).trim()}`,
          (error: Error) => `failed: ${error.message} ${error.cause ?? ''}`,
        )
        if (answer.startsWith('200 ')) answers.add(answer.slice(4))
        else failures.push(answer)
        await pause(10)
      }
    }
    const polling = poll()
    try {
      await work()
    } finally {
      isOver = true
      await polling
    }
    return { answers: [...answers], failures }
  }

  test('a first run drains nothing, and a second one takes one trip each', async () => {
    const first = await ops('apply', 'site', '--yes')
    expect([first.code, titlesOf(first), notesOf(first)]).toEqual([0, [], []])
    expect(await members()).toBe(allIn)
    const again = await ops('apply', 'site', '--yes')
    expect([again.code, summaryOf(again).trips]).toEqual([0, { lb1: 1, web1: 1, web2: 1 }])
    const saved = await ops('plan', 'shop', 'web1', '-o', 'shop.plan')
    expect([saved.code, titlesOf(saved)]).toEqual([
      3,
      ['the plan cannot be saved: web1 is taken out of lb1 while it changes'],
    ])
  })

  test('each host is out while it changes, and who asks the balancer sees no failure', async () => {
    const planned = await ops('plan', 'shop', 'web1', '--release', '2')
    const drained = planned.events.flatMap(event =>
      event.event === 'plan' ? event.steps.filter(step => step.name === 'drain lb1') : [],
    )
    expect(drained.map(({ notes }) => notes)).toEqual([
      [
        'once its steps hold, lb1 is as it is now again: file /etc/nginx/upstream.d/web1.conf, service nginx; what files held there meanwhile is in `ops kept lb1`',
      ],
    ])
    expect(drained[0]?.beside).toMatchObject([
      {
        host: 'lb1',
        what: 'to take web1 out of it',
        steps: [
          { name: 'file /etc/nginx/upstream.d/web1.conf', status: 'change' },
          { name: 'service nginx', status: 'may-change' },
        ],
      },
    ])
    expect(drained[0]?.beside?.[0]?.steps[0]?.diff).toContain('-server web1:80;\n+server web1:80 down;\n')
    const read = await folder.ops(['plan', 'shop', 'web1', '--release', '2'])
    expect(read.stdout).toMatch(
      /^ {2}~ drain lb1\n {6}on lb1, to take web1 out of it:\n {8}~ file \S+web1\.conf\n[\s\S]*^ {12}\+server web1:80 down;\n {8}\? service nginx\n/m,
    )
    let run: Told | undefined
    const seen = await polledDuring(async () => {
      run = await ops('apply', 'shop', 'web', '--release', '2', '--serial', '1', '--yes')
    })
    expect(run && [run.code, titlesOf(run)]).toEqual([0, []])
    expect(seen).toEqual({ answers: expect.arrayContaining(['1', '2']), failures: [] })
    expect(run && notesOf(run)).toEqual([
      'web1 is taken out of lb1',
      'web1 is put back into lb1',
      'web2 is taken out of lb1',
      'web2 is put back into lb1',
    ])
    expect(run && doneElsewhere(run)).toEqual([])
    expect(await members()).toBe(allIn)
  })

  test('a host whose change fails stays out, no other is taken out, and a later run puts it back', async () => {
    let run: Told | undefined
    const seen = await polledDuring(async () => {
      run = await ops('apply', 'shop', 'web', '--release', '3', '--breaks', '--serial', '1', '--yes')
    })
    expect(run && [run.code, statusesOf(run)]).toEqual([1, { web1: 'failed', web2: 'not-begun' }])
    expect(run && titlesOf(run)).toContain('web1 stays out of lb1, and no other host is taken out')
    expect(seen).toEqual({ answers: ['2'], failures: [] })
    expect(await members()).toBe('server web1:80 down;\nserver web2:80;\n')

    const check = await ops('check', 'shop', 'web', '--release', '2')
    expect(check.code).toBe(2)
    expect(
      check.events.flatMap(event => (event.event === 'plan' ? event.steps : [])).map(step => step.changes[0]),
    ).toContainEqual({ key: 'lb1', from: 'out', to: 'in' })
    expect(
      check.events.flatMap(event =>
        event.event === 'plan' ? event.steps.flatMap(step => step.beside ?? []) : [],
      ),
    ).toMatchObject([
      {
        host: 'lb1',
        what: 'to have web1 in it once its steps hold',
        steps: [{ name: 'file /etc/nginx/upstream.d/web1.conf' }, { name: 'service nginx' }],
      },
    ])
    expect(notesOf(check)).toEqual([
      'web1 is out of lb1 since an earlier run: it is put back once its steps hold',
    ])
    await host('web1').exec('systemctl start nginx')
    const mended = await ops('apply', 'shop', 'web', '--release', '2', '--yes')
    expect([mended.code, notesOf(mended)]).toEqual([0, ['web1 is put back into lb1']])
    expect(doneElsewhere(mended)).toEqual(['web1 drain lb1 changed'])
    expect(summaryOf(mended).hosts).toMatchObject({ web1: { changed: 1 }, web2: { changed: 0 } })
    expect(await members()).toBe(allIn)
  })

  test('a run that died while a host was out is made good by the next one', async () => {
    const died = watchOps(folder, [
      'apply',
      'shop',
      'web',
      '--release',
      '4',
      '--held',
      '--serial',
      '1',
      '--yes',
    ])
    onTestFinished(() => void died.child.kill('SIGKILL'))
    await died.seen(event => event.event === 'step' && event.host === 'web1' && event.status === 'running')
    died.child.kill('SIGKILL')
    await died.ended
    expect(await members()).toBe('server web1:80 down;\nserver web2:80;\n')
    await Promise.all(['web1', 'web2'].map(name => host(name).exec('touch /run/go')))
    writeFileSync(join(folder.path, 'ops.ini'), ini('4'))
    let run: Told | undefined
    const seen = await polledDuring(async () => {
      run = await ops('apply', 'site', '--yes', '--wait')
    })
    expect(run && [run.code, titlesOf(run)]).toEqual([0, []])
    expect(run && statusesOf(run)).toEqual({ lb1: 'ok', web1: 'ok', web2: 'ok' })
    expect(run && doneElsewhere(run)).toEqual(['web1 shop: drain lb1 changed'])
    expect(run && summaryOf(run).hosts.web1?.changed).toBeGreaterThan(0)
    expect(seen.failures).toEqual([])
    expect(await members()).toBe(allIn)
    const again = await ops('apply', 'site', '--yes')
    expect(summaryOf(again).trips).toEqual({ lb1: 1, web1: 1, web2: 1 })
  })

  const pool = () => host('lb1').read('cd /root/pool; grep . *')
  const bothUp = 'web1:up\nweb2:up\n'
  const poolApplied = (...words: string[]) => ops('apply', 'pool', ...words, '--yes')

  test('a member that the balancer lacks is drift, and is put in', async () => {
    await host('lb1').exec('mkdir /root/pool')
    const first = await poolApplied('web')
    expect([first.code, titlesOf(first), await pool()]).toEqual([0, [], bothUp])
    for (const lack of ['rm /root/pool/web1', 'echo dow >/root/pool/web1']) {
      await host('lb1').exec(lack)
      const check = await ops('check', 'pool', 'web')
      expect([check.code, notesOf(check)]).toEqual([
        2,
        ['web1 is not in lb1 as it is to be: it is put in once its steps hold'],
      ])
      expect(
        check.events
          .flatMap(event => (event.event === 'plan' ? event.steps : []))
          .map(step => step.changes[0]),
      ).toContainEqual({ key: 'lb1', from: 'not in', to: 'in' })
      expect(
        check.events.flatMap(event =>
          event.event === 'plan'
            ? event.steps.flatMap(step => step.beside?.map(each => each.what) ?? [])
            : [],
        ),
      ).toEqual(['to have web1 in it once its steps hold'])
      const both = await ops('plan', 'pool', 'web1', '--release', '2')
      const steps = both.events.flatMap(event => (event.event === 'plan' ? event.steps : []))
      const beside = steps.flatMap(step => step.beside ?? [])
      expect(beside.map(({ what }) => what)).toEqual([
        'to take web1 out of it',
        'to have web1 in it once its steps hold',
      ])
      // What is done to one file on either way is no reason for the other.
      for (const { name, because } of beside.flatMap(each => each.steps)) expect(because).not.toContain(name)
      const put = await poolApplied('web')
      expect([put.code, await pool()]).toEqual([0, bothUp])
      expect(summaryOf(put).hosts).toMatchObject({ web1: { ok: 3, changed: 1 }, web2: { ok: 4, changed: 0 } })
    }
  })

  test('a run that changed nothing but a balancer says so, and is written down', async () => {
    await host('lb1').exec('rm /root/pool/web1')
    const { code, stdout } = await folder.ops(['apply', 'pool', 'web1', '--yes'])
    expect([code, await pool()]).toEqual([0, bothUp])
    expect(stdout).toMatch(/^web1: 1 to change, 3 ok\n {2}~ drain lb1\n {6}lb1: not in -> in\n/)
    expect(stdout).toMatch(
      /^web1: web1 is put back into lb1\nweb1: changed drain lb1\n\nchanged +web1 +1 changed, 3 ok/m,
    )
    const run = /^run ([0-9a-f]{8}): ops show \1 shows it again$/m.exec(stdout)?.[1] ?? ''
    expect((await folder.ops(['show', run])).stdout).toMatch(
      /^web1: done\n {2}changed drain lb1\n {4}lb1: not in -> in$/m,
    )
    const undo = await folder.ops(['undo', run])
    expect([undo.code, undo.stdout]).toEqual([3, ''])
    expect(undo.stderr).toContain(`run ${run} has only put hosts back into lb1, which an undo leaves`)
    expect(undo.stderr).not.toContain('needs a yes')
  })

  test('a host that cannot be taken out is not changed and goes on serving; where it cannot be put back, no other leaves', async () => {
    await host('lb1').exec('touch /root/no-out')
    const kept = await poolApplied('web', '--release', '2')
    expect([kept.code, notesOf(kept).sort(), await pool()]).toEqual([
      1,
      ['web1 is put back into lb1', 'web2 is put back into lb1'],
      bothUp,
    ])
    await host('lb1').exec('touch /root/no-in')
    const stuck = await poolApplied('web', '--release', '2')
    const statuses = statusesOf(stuck)
    expect([stuck.code, Object.values(statuses).sort()]).toEqual([1, ['failed', 'not-begun']])
    const [out, other] = statuses.web1 === 'failed' ? ['web1', 'web2'] : ['web2', 'web1']
    expect(errorsOf(stuck)).toContainEqual(
      expect.objectContaining({
        title: `${out} stays out of lb1, and no other host is taken out`,
        next: `Mend lb1, then run the same command again: ${out} itself is well, and is put back then.`,
      }),
    )
    expect(await host('lb1').read(`cat /root/pool/${other}`)).toBe('up\n')
    expect(await host('web1').read('cat /root/pool-release')).toBe('1\n')
    await host('lb1').exec('rm /root/no-out /root/no-in')
    const mended = await poolApplied('web', '--release', '2')
    expect([mended.code, titlesOf(mended), await pool()]).toEqual([0, [], bothUp])
  })

  test('--only does not put a host back that an earlier run left out, and takes no other one out', async () => {
    await host('web1').exec('touch /root/pool-broken')
    const broken = await poolApplied('web1', '--release', '3')
    expect([broken.code, await pool()]).toEqual([1, 'web1:down\nweb2:up\n'])
    const stays =
      'web1 is out of lb1 since an earlier run, and stays so: with --only its other steps are not looked at'
    const only = ['--release', '3', '--only', 'file /root/pool-plain']
    const nothing = await poolApplied('web1', ...only)
    expect([nothing.code, notesOf(nothing), await pool()]).toEqual([0, [stays], 'web1:down\nweb2:up\n'])
    await Promise.all(['web1', 'web2'].map(name => host(name).exec('rm /root/pool-plain')))
    const both = await poolApplied('web', ...only)
    expect([both.code, statusesOf(both)]).toEqual([1, { web1: 'ok', web2: 'failed' }])
    expect(titlesOf(both)).toEqual(['web2 was not begun: web1 is out of lb1 since an earlier run'])
    expect([notesOf(both).at(-1), await pool()]).toEqual([stays, 'web1:down\nweb2:up\n'])
    await host('web1').exec('rm /root/pool-broken')
    const all = await poolApplied('web', '--release', '3')
    expect([all.code, await pool()]).toEqual([0, bothUp])
    expect(doneElsewhere(all)).toEqual(['web1 drain lb1 changed'])
  })

  test('nobody puts a host back while another run changes it, nor takes out one that is being changed', async () => {
    await host('web1').exec('touch /root/pool-held')
    const first = watchOps(folder, ['apply', 'pool', 'web1', '--release', '4', '--yes'])
    onTestFinished(() => void first.child.kill('SIGKILL'))
    const isHeld = (event: RunEvent) =>
      event.event === 'step' && event.status === 'running' && event.step.startsWith('command')
    await first.seen(isHeld)
    // What the second operator asks for holds already; only the balancer has to be told.
    await host('web1').exec('echo 3 >/root/pool-release')
    const same = await ops('apply', 'pool', 'web1', '--release', '3', '--yes')
    expect([same.code, titlesOf(same)]).toEqual([6, ['web1 is being changed by another run']])
    expect(await pool()).toBe('web1:down\nweb2:up\n')
    const other = await ops('apply', 'pool', 'web1', '--release', '5', '--yes')
    expect([other.code, titlesOf(other), notesOf(other)]).toEqual([
      6,
      ['web1 is being changed by another run'],
      [],
    ])
    // The balancer is held by somebody when the host is to be put back.
    await host('lb1').exec(
      "setsid flock /run/ops/lock sh -c 'touch /root/held; until [ -e /root/free ]; do sleep 0.1; done' >/dev/null 2>&1 </dev/null & until [ -e /root/held ]; do sleep 0.1; done",
    )
    await host('web1').exec('echo 4 >/root/pool-release; rm /root/pool-held')
    await first.seen(event => event.event === 'waiting' && event.host === 'lb1')
    await host('lb1').exec('touch /root/free')
    expect([await first.ended, await pool()]).toEqual([0, bothUp])
  })

  test('Ctrl-C before the change was begun puts the host back', async () => {
    const stopped = watchOps(folder, ['apply', 'pool', 'web1', '--release', '6', '--seconds', '500', '--yes'])
    onTestFinished(() => void stopped.child.kill('SIGKILL'))
    await stopped.seen(event => event.event === 'note' && event.text === 'web1 is taken out of lb1')
    stopped.child.kill('SIGINT')
    expect([await stopped.ended, await pool()]).toEqual([130, bothUp])
    expect(await host('web1').read('cat /root/pool-release')).toBe('4\n')
  })

  test('a host that was left out does not hold up the one that it comes after', async () => {
    await host('web2').exec('touch /root/pool-broken')
    const broken = await poolApplied('web', '--release', '7', '--once')
    expect([broken.code, await pool()]).toEqual([1, 'web1:up\nweb2:down\n'])
    await host('web2').exec('rm /root/pool-broken')
    const mended = await poolApplied('web', '--release', '8', '--once')
    expect([mended.code, titlesOf(mended), await pool()]).toEqual([0, [], bothUp])
    expect(notesOf(mended)).toContain('web2 stays out of lb1 until web1 is done, which it comes after')
  })

  test('a host that hangs on facts and on values of others is taken out as well; what only facts tell of is refused', async () => {
    const plan = await ops('plan', 'pool', 'web1', '--release', '9', '--asks')
    expect([plan.code, titlesOf(plan)]).toEqual([0, []])
    const asked = await poolApplied('web1', '--release', '9', '--asks')
    expect([asked.code, titlesOf(asked), notesOf(asked), await pool()]).toEqual([
      0,
      [],
      ['web1 is taken out of lb1', 'web1 is put back into lb1'],
      bothUp,
    ])
    const run = asked.events.flatMap(event => (event.event === 'run' ? (event.run ?? []) : []))[0] ?? ''
    expect(notesOf(await ops('undo', run, '--dry-run'))).toEqual([
      expect.stringMatching(/^web1 stays in lb1 while this is taken back: an undo takes no host out/),
    ])
    const late = await poolApplied('web1', '--release', '10', '--late')
    expect([late.code, titlesOf(late)]).toEqual([
      3,
      ['drain web2: that it is needed shows only after the host was asked, too late to log in to web2'],
    ])
    expect(await host('web1').read('cat /root/pool-release')).toBe('9\n')
    const saved = await ops('plan', 'pool', 'web1', '--release', '10', '-o', join(folder.path, 'pool.plan'))
    expect([saved.code, titlesOf(saved)]).toEqual([
      3,
      ['the plan cannot be saved: web1 is taken out of lb1 while it changes'],
    ])
  })
})
