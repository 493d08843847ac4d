import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHosts } from '../../hosts/use-hosts.ts'
import { onTerminal, watchOps } from '../ops-run.ts'
import { errorsOf, summaryOf, type Told, toldOps } from '../told-run.ts'
import {
  files,
  follows,
  keys,
  late,
  mesh,
  named,
  questions,
  release,
  renames,
  ring,
  wide,
} from './across-recipes.ts'

describeReal('runs in which hosts need one another', () => {
  const hosts = useHosts({ names: ['lb1', 'web1', 'web2'], withPackages: ['nginx-light', 'curl'] })
  let folder: Folder
  beforeAll(() => {
    const ini = `[hosts]\ngone = 127.0.0.1:1\nlb1\nweb1\nweb2\n\n[groups]\nweb = web1, web2\n\n[ssh]\nconfig = ${hosts()[0]?.sshConfig}\n`
    folder = folderWith({
      ...files,
      'recipes/release.ts': release,
      'recipes/ring.ts': ring,
      'recipes/follows.ts': follows,
      'recipes/renames.ts': renames,
      'recipes/wide.ts': wide,
      'recipes/keys.ts': keys,
      'recipes/late.ts': late,
      'recipes/named.ts': named,
      'recipes/questions.ts': questions,
      'recipes/mesh.ts': mesh,
      'ops.ini': ini,
    })
  })
  afterAll(() => folder?.remove())

  const host = (name: string): Host => {
    const found = hosts().find(each => each.name === name)
    if (!found) throw new Error(`no host ${name}`)
    return found
  }
  const ops = (...argv: string[]) => toldOps(folder, argv)
  const planOf = ({ events }: Told, name: string) =>
    events.flatMap(event => (event.event === 'plan' && event.host === name ? event.steps : []))

  test('a step waits until another host answers, and fails with what is there instead', async () => {
    const of = host('web1').address
    await host('web1').exec('systemctl stop nginx; rm -f /var/www/html/page')
    const plan = await ops('plan', 'awaits', 'lb1', '--of', of)
    expect(planOf(plan, 'lb1').map(step => [step.status, step.notes])).toEqual([
      ['change', [`now: http://${of}/page does not answer`]],
      ['change', [`now: nothing answers at port 80 of ${of}`]],
    ])
    expect((await ops('check', 'awaits', 'lb1', '--of', of)).code).toBe(2)

    const waiting = ops('apply', 'awaits', 'lb1', '--of', of, '--yes')
    await host('web1').exec('systemctl start nginx; echo all is well >/var/www/html/page')
    const waited = await waiting
    expect([waited.code, summaryOf(waited).hosts.lb1?.status]).toEqual([0, 'ok'])
    const again = await ops('apply', 'awaits', 'lb1', '--of', of, '--yes')
    expect([again.code, summaryOf(again).trips]).toEqual([0, { lb1: 1 }])

    const failed = await ops('apply', 'awaits', 'lb1', '--of', of, '--text', 'ill', '--seconds', '1', '--yes')
    expect([failed.code, summaryOf(failed).hosts.lb1?.status]).toEqual([1, 'failed'])
    expect(errorsOf(failed).map(each => each.said ?? each.detail)).toEqual([
      expect.stringContaining('answers without the text that is waited for'),
    ])
    expect(errorsOf(failed)[0]?.changed).toBe('no')
  })

  test('a step is done once for its group, by the first host, before the others begin', async () => {
    const migration = { web1: 'change', web2: 'ok' }
    const plan = await ops('plan', 'release', 'web2', 'web1')
    for (const [name, status] of Object.entries(migration)) {
      const [step] = planOf(plan, name)
      expect([step?.name.slice(0, 13), step?.status]).toEqual(['command until', status])
    }
    expect(planOf(plan, 'web1')[0]?.notes).toContain('once for web')
    expect(planOf(plan, 'web2')[0]?.notes).toEqual(['web1 does it, once for web'])

    const broken = await ops('apply', 'release', 'web2', 'web1', '--breaks', '--yes')
    expect(broken.code).toBe(1)
    expect(summaryOf(broken).hosts.web2?.status).toBe('not-begun')
    expect(errorsOf(broken).map(each => each.title)).toContain(
      'web2 was not begun: it comes after web1, which failed',
    )
    expect(await host('web2').read('ls /etc/release || true')).toBe('')

    const run = watchOps(folder, ['apply', 'release', 'web2', 'web1', '--yes'])
    await run.seen(event => event.event === 'step' && event.host === 'web1' && event.status === 'running')
    expect(run.events).toContainEqual({
      event: 'waiting',
      host: 'web2',
      for: 'host',
      text: 'waiting for web1',
    })
    expect(await host('web2').read('ls /etc/release || true')).toBe('')
    await host('web1').exec('touch /run/go')
    expect(await run.ended).toBe(0)
    expect(await host('web2').read('cat /etc/release; ls /etc/migrated || true')).toBe('new\n')
    const again = await ops('apply', 'release', 'web', '--yes')
    expect(summaryOf(again).trips).toEqual({ web1: 1, web2: 1 })

    // A saved plan keeps whose work it is, and the order.
    await Promise.all(['web1', 'web2'].map(name => host(name).exec('rm -f /etc/migrated /etc/release')))
    expect((await ops('plan', 'release', 'web', '-o', 'release.plan')).code).toBe(0)
    const saved = await ops('apply', 'release.plan', '--yes')
    expect([saved.code, errorsOf(saved)]).toEqual([0, []])
    expect(saved.events).toContainEqual(
      expect.objectContaining({ event: 'waiting', text: 'waiting for web1' }),
    )
    expect(await host('web2').read('cat /etc/release; ls /etc/migrated || true')).toBe('new\n')
  })

  test('a step that only facts tell of is done by the first host that has it, and never by nobody', async () => {
    const notesOf = async (not: string) => {
      const plan = await ops('plan', 'late', 'web1', 'web2', '--not', not)
      expect(errorsOf(plan)).toEqual([])
      return ['web1', 'web2'].map(name => planOf(plan, name).map(step => [step.status, step.notes?.at(-1)]))
    }
    expect(await notesOf('web1')).toEqual([[], [['change', 'once for web']]])
    expect(await notesOf('lb1')).toEqual([
      [['change', 'once for web']],
      [['ok', 'web1 does it, once for web']],
    ])
    const applied = await ops('apply', 'late', 'web1', 'web2', '--not', 'web1', '--yes')
    expect([applied.code, errorsOf(applied)]).toEqual([0, []])
    expect(await host('web2').read('cat /etc/late')).toBe('done\n')

    const different = await ops('plan', 'named', 'web')
    expect([different.code, errorsOf(different).map(each => each.title)]).toEqual([
      3,
      ['command migrate web2: onceFor: web: on web1 the same line makes another step, command migrate web1'],
    ])
  })

  test('hosts that wait for one another are refused before any is contacted, by their names', async () => {
    const planned = await ops('plan', 'ring', 'web')
    expect([planned.code, errorsOf(planned).map(each => each.title)]).toEqual([
      3,
      ['web1 and web2 wait for one another: web1 -> web2 -> web1'],
    ])
    expect((await ops('plan', 'ring', 'web', '--limit', 'web2')).code).toBe(0)
  })

  test('a host reads what another one has, which is done and asked before', async () => {
    const told = async (...argv: string[]) => {
      const plan = await ops('plan', 'keys', ...argv)
      expect(errorsOf(plan)).toEqual([])
      return planOf(plan, 'web1').map(step => [step.status, step.name, step.because])
    }
    const both = ['web1', 'lb1', '--word']
    // Nothing of it is there yet: what hangs on it is told, and the rest is planned.
    expect(await told(...both, 'one')).toEqual([
      ['change', 'file /etc/own', ['lb1']],
      ['may-change', 'file /etc/peers', ['lb1']],
      ['may-change', 'file /etc/token', ['lb1']],
    ])
    const saved = await ops('plan', 'keys', ...both, 'one', '-o', 'keys.plan')
    expect([saved.code, errorsOf(saved)[0]?.title]).toEqual([
      3,
      'the plan cannot be saved: steps of web1 hang on what lb1 will have',
    ])
    const broken = await ops('apply', 'keys', ...both, 'one', '--breaks', '--yes')
    expect([broken.code, summaryOf(broken).hosts.web1?.status]).toEqual([1, 'not-begun'])
    expect(await host('web1').read('ls /etc/own || true')).toBe('')

    const applied = await ops('apply', 'keys', ...both, 'one', '--yes')
    expect([applied.code, errorsOf(applied)]).toEqual([0, []])
    expect(await host('web1').read('cat /etc/peers /etc/token')).toBe('one of lb1\ntell-nobody')
    const again = await ops('apply', 'keys', ...both, 'one', '--yes')
    expect([again.code, summaryOf(again).trips]).toEqual([0, { web1: 1, lb1: 1 }])
    for (const { stdout } of [broken, applied, again]) expect(stdout).not.toContain('tell-nobody')

    expect(await told(...both, 'two')).toEqual([
      ['may-change', 'file /etc/own', ['lb1']],
      ['may-change', 'file /etc/peers', ['lb1']],
      ['may-change', 'file /etc/token', ['lb1']],
    ])
    expect((await ops('apply', 'keys', ...both, 'two', '--yes')).code).toBe(0)
    expect(await host('web1').read('cat /etc/peers')).toBe('two of lb1\n')
  })

  test('a host that is read from is looked at where it is not in the run; one without the value is named', async () => {
    const alone = ['keys', 'web1', '--word', 'any']
    expect((await ops('check', ...alone)).code).toBe(0)
    await host('lb1').exec('echo x >/etc/app.pub')
    const wrong = await ops('apply', ...alone, '--yes')
    expect([wrong.code, errorsOf(wrong)[0]?.title]).toEqual([
      3,
      expect.stringContaining('publicKey of lb1 is not what the recipe takes'),
    ])
    await host('lb1').exec('rm /etc/app.pub')
    const lacking = await ops('apply', ...alone, '--yes')
    expect([lacking.code, errorsOf(lacking).map(each => each.title)]).toEqual([
      1,
      ['web1 reads publicKey of lb1, which has none'],
    ])
    expect(await host('web1').read('cat /etc/peers')).toBe('two of lb1\n')
    const round = await ops('plan', 'mesh', 'web')
    expect([round.code, errorsOf(round).map(each => each.title)]).toEqual([
      3,
      ['web1 and web2 wait for one another: web1 -> web2 -> web1'],
    ])
  })

  test('a question that fails is an error, and facts and own values need no order', async () => {
    const titles = async (of: string) => {
      const told = await ops('plan', 'questions', 'web1', '--of', of)
      return [told.code, ...errorsOf(told).map(each => each.title)]
    }
    expect(await titles('broken')).toEqual([
      1,
      'web1 reads broken of lb1, where that question failed with exit code 7',
    ])
    expect(await titles('empty')).toEqual([1, 'web1 reads empty of lb1, which has none'])
    // Named only once the facts are known, and not in the run.
    expect(await titles('after facts')).toEqual([0])
    expect(await titles('gone')).toEqual([
      1,
      'gone could not be asked for own: 127.0.0.1 port 1 cannot be reached: the connection was refused',
    ])
    for (const verb of ['plan', 'apply'])
      expect(
        errorsOf(
          await ops(verb, 'questions', 'web', '--of', 'peers', ...(verb === 'apply' ? ['--yes'] : [])),
        ),
      ).toEqual([])
    expect(await host('web1').read('cat /etc/names')).toBe('web1 web2 web1')
    expect(await host('web2').read('cat /etc/names')).toBe('web1 web2 web2')
  })

  test('what a daemon writes when it starts may still come', async () => {
    await host('lb1').exec(`mkdir -p /etc/systemd/system/nginx.service.d
printf '[Service]\\nExecStartPost=/bin/sh -c "echo k >/etc/made.key"\\n' >/etc/systemd/system/nginx.service.d/key.conf
systemctl daemon-reload; systemctl stop nginx; rm -f /etc/made.key`)
    const plan = await ops('plan', 'questions', 'web1', 'lb1', '--of', 'made')
    expect([errorsOf(plan), planOf(plan, 'web1').map(step => [step.status, step.because])]).toEqual([
      [],
      [['may-change', ['lb1']]],
    ])
    const applied = await ops('apply', 'questions', 'web1', 'lb1', '--of', 'made', '--yes')
    expect([applied.code, errorsOf(applied)]).toEqual([0, []])
    expect(await host('web1').read('cat /etc/made')).toBe('k')
  })

  test('no plan says ok where a value decides what a recipe does, and a confirmed run does what it decides', async () => {
    const first = await ops('apply', 'follows', 'lb1', 'web', '--mode', 'off', '--yes')
    expect([first.code, errorsOf(first)]).toEqual([0, []])
    const plan = await ops('plan', 'follows', 'lb1', 'web', '--mode', 'on')
    const told = (name: string) => planOf(plan, name).map(step => [step.status, step.name, step.because])
    // What others ask of a host is none of its steps.
    expect(told('lb1')).toEqual([['change', 'file /etc/app.mode', []]])
    expect(summaryOf(plan).hosts.lb1).toMatchObject({ ok: 0, changed: 1 })
    expect(told('web1')).toEqual([['may-change', 'file /etc/follows', ['lb1']]])
    expect(summaryOf(plan).hosts.web1).toMatchObject({ ok: 0, maybe: 1, changed: 0 })
    expect(told('web2')).toEqual([])
    expect(plan.events).toContainEqual({
      event: 'note',
      host: 'web2',
      text: 'web2 reads what may change on lb1: its steps are known once that is done',
    })

    const shown = await onTerminal(
      folder,
      ['apply', 'follows', 'lb1', 'web', '--mode', 'on'],
      'Apply 1 change',
    )
    expect(shown).toContain('may change, because of lb1')
    expect(await host('web1').read('cat /etc/follows')).toBe('enabled\n')
    expect(await host('web2').read('cat /etc/extra')).toBe('x\n')

    // Known only once the first host is done: too late to refuse the run, and the other hosts are as they were.
    const odd = ['apply', 'follows', 'lb1', 'web1', '--mode', 'odd']
    const refused = stripVTControlCharacters(await onTerminal(folder, odd, 'Apply 1 change'))
    expect(refused).toMatch(/error\[failed\] web1: mode of lb1 is not what the recipe takes: is neither/)
    expect(refused).toMatch(/changed +no: the host is as it was/)
    expect(await host('web1').read('cat /etc/follows')).toBe('enabled\n')

    const renamed = await ops('plan', 'renames', 'web1', 'lb1')
    expect(planOf(renamed, 'web1').map(step => [step.status, step.because])).toEqual([
      ['may-change', ['lb1']],
    ])
  })

  test('a value is handed over whole, or it is refused with the reason', async () => {
    const give = (shell: string) => host('lb1').exec(`${shell} >/root/value`)
    const cases = [
      ['file', 'yes é | head -n 27000', 'it is longer than 64 KiB'],
      ['run', 'yes é | head -n 27000', 'it is longer than 64 KiB'],
      ['file', "head -c 65536 /dev/zero | tr '\\0' a; echo; echo x", 'it is longer than 64 KiB'],
      ['file', "printf 'a\\377b'", 'it is not text in UTF-8'],
      ['run', "printf 'a\\0b'", 'it is not text in UTF-8'],
    ] as const
    for (const [by, shell, reason] of cases) {
      await give(`{ ${shell}; }`)
      const plan = await ops('plan', 'wide', 'web1', '--by', by)
      expect([plan.code, errorsOf(plan).map(each => each.title)]).toEqual([
        1,
        [`web1 cannot read value of lb1: ${reason}`],
      ])
    }
    await give("head -c 65536 /dev/zero | tr '\\0' a")
    expect((await ops('apply', 'wide', 'web1', '--by', 'run', '--yes')).code).toBe(0)
    expect(await host('web1').read('wc -c </etc/copy')).toBe('65536\n')
  })

  test('what the page about hosts that need one another shows can be planned as it stands there', async () => {
    const page = readFileSync(new URL('../../../docs/site.md', import.meta.url), 'utf8')
    const [, section = ''] = /^## Hosts that need one another\n([\s\S]*?)^## /m.exec(page) ?? []
    const shown = [...section.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, text = '']) => text)
    expect(shown).toHaveLength(3)
    // The names of the page, for the hosts that there are.
    const ini = `[hosts]\ndb1 = lb1\nlb1 = web2\nweb1\n\n[groups]\nweb = web1\ndb = db1\n\n[ssh]\nconfig = ${hosts()[0]?.sshConfig}\n`
    const recipes = shown.map((text, at) => [`recipes/shown${at}.ts`, text])
    const project = folderWith({ ...Object.fromEntries(recipes), 'ops.ini': ini })
    onTestFinished(() => project.remove())
    await host('lb1').exec('mkdir -p /etc/app; echo key >/etc/app/key.pub')
    for (const at of shown.keys()) {
      const { code, stderr } = await project.ops(['plan', `shown${at}`, 'web1'])
      expect([at, code, stderr]).toEqual([at, 0, ''])
    }
  })
})
