import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunEvent } from '../../src/run/events.ts'
import { type Folder, folderWith, type Outcome } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import type { Host } from '../hosts/host.ts'
import { useHosts } from '../hosts/use-hosts.ts'
import { watchOps } from './ops-run.ts'

const files = {
  'recipes/awaits.ts': `import { recipe, waitFor, z } from 'ops-recipes'
export default recipe({
  summary: 'Waits for the page of another host.',
  params: { of: z.string(), text: z.string().default('well'), seconds: z.number().default(60) },
  steps: ({ params }) => [
    waitFor({ url: \`http://\${params.of}/page\`, text: params.text, limitSeconds: params.seconds }),
    waitFor({ host: params.of, port: 80 }),
  ],
})
`,
}

const release = `import { command, file, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'A release that migrates once.',
  params: { breaks: z.boolean().default(false) },
  steps: ({ params, host }) => [
    command(
      { run: params.breaks ? 'false' : 'until [ -e /run/go ]; do sleep 0.05; done; echo done >/etc/migrated', creates: '/etc/migrated' },
      { onceFor: 'web' },
    ),
    file({ path: '/etc/release', content: 'new\\n' }),
  ],
})
`
const ring = `import { file, recipe } from 'ops-recipes'
export default recipe({
  summary: 'Each comes after the other.',
  steps: () => [file({ path: '/etc/ring', content: 'x' }, { after: 'web' })],
})
`

interface Told extends Outcome {
  readonly events: readonly RunEvent[]
}

describeReal('runs in which hosts need one another', () => {
  const hosts = useHosts({ names: ['lb1', 'web1', 'web2'], withPackages: ['nginx-light', 'curl'] })
  let folder: Folder
  beforeAll(() => {
    const ini = `[hosts]\nlb1\nweb1\nweb2\n\n[groups]\nweb = web1, web2\n\n[ssh]\nconfig = ${hosts()[0]?.sshConfig}\n`
    folder = folderWith({ ...files, 'recipes/release.ts': release, 'recipes/ring.ts': ring, 'ops.ini': ini })
  })
  afterAll(() => folder?.remove())

  const host = (name: string): Host => {
    const found = hosts().find(each => each.name === name)
    if (!found) throw new Error(`no host ${name}`)
    return found
  }
  const ops = async (...argv: string[]): Promise<Told> => {
    const [verb = '', ...rest] = argv
    const outcome = await folder.ops([verb, '--json', ...rest])
    const lines = outcome.stdout.split('\n').filter(line => line !== '')
    return { ...outcome, events: lines.map(line => JSON.parse(line)) }
  }
  const summaryOf = ({ events, stdout, stderr }: Told) => {
    const last = events.at(-1)
    if (last?.event !== 'summary') throw new Error(`the run told no summary: ${stdout}${stderr}`)
    return last
  }
  const errorsOf = ({ events }: Told) =>
    events.flatMap(event => (event.event === 'error' ? [event.error] : []))
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
  })

  test('hosts that wait for one another are refused before any is contacted, by their names', async () => {
    const planned = await ops('plan', 'ring', 'web')
    expect([planned.code, errorsOf(planned).map(each => each.title)]).toEqual([
      3,
      ['web1 and web2 wait for one another: web1 -> web2 -> web1'],
    ])
    expect((await ops('plan', 'ring', 'web', '--limit', 'web2')).code).toBe(0)
  })
})
