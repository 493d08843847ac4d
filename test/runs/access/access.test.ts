import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const forgetful = `
import { command, recipe } from 'ops-recipes'
export default recipe({
  summary: 'A step that makes the host forget what it watches.',
  params: {},
  steps: () => [
    command(
      { run: 'rm -rf /var/lib/ops/access/*; echo done >/etc/forgetful', creates: '/etc/forgetful' },
      { access: { paths: ['/etc/forgetful'] } },
    ),
  ],
})
`

const downed = `
import { command, file, recipe } from 'ops-recipes'
export default recipe({
  summary: 'Takes a link down, its route with it, and our key away.',
  params: {},
  steps: () => [
    file({ path: '/etc/systemd/network/90-none.network', content: '[Match]\\nName=none\\n' }),
    command(
      { run: 'ip link set lan1 down; mv /root/.ssh /root/.ssh-away', unless: '[ ! -d /root/.ssh ]' },
      { access: { paths: ['/root/.ssh/'] } },
    ),
  ],
})
`

const slow = `
import { command, recipe, z } from 'ops-recipes'
const step = (path: string, seconds: number) =>
  command(
    { run: 'sleep ' + seconds + '; touch ' + path, creates: path },
    { access: { undo: 'rm -f ' + path } },
  )
export default recipe({
  summary: 'Two steps that endanger our access, as slow as told.',
  params: {
    first: z.number().int().default(0).describe('Seconds of the first.'),
    second: z.number().int().default(0).describe('Seconds of the second.'),
  },
  steps: ({ params }) => [step('/root/first', params.first), step('/root/second', params.second)],
})
`

const again = `
import { file, recipe, user } from 'ops-recipes'
export default recipe({
  summary: 'A step that is planned again comes before one that endangers our access.',
  params: {},
  steps: () => [
    user({ name: 'late' }),
    file({ path: '/home/late/x', content: 'x\\n' }, { user: 'late' }),
    file({ path: '/etc/ssh/sshd_config.d/99-late.conf', content: '# late\\n' }),
  ],
})
`

const unsound = `
import { file, recipe } from 'ops-recipes'
export default recipe({
  summary: 'What sshd reads at its next start is nonsense, and nothing restarts it now.',
  params: {},
  steps: () => [
    file({ path: '/etc/ssh/sshd_config.d/99-unsound.conf', content: 'Nonsense yes\\n' }),
    file({ path: '/etc/motd', content: 'Later.\\n' }),
  ],
})
`

describeReal('a host that was to wait for a login that confirms', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({
      'recipes/forgetful.ts': forgetful,
      'recipes/downed.ts': downed,
      'recipes/slow.ts': slow,
      'recipes/again.ts': again,
      'recipes/unsound.ts': unsound,
    })
  })
  afterAll(() => folder?.remove())

  const applied = async (argv: readonly string[]) => {
    const run = await folder.answer(['apply', ...argv, '-F', host().sshConfig, '--yes', '--json'])
    const events = run.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    const [begun, summary] = [events.find(each => each.event === 'run'), events.at(-1)]
    return {
      code: run.code,
      run: String(begun?.run),
      status: summary.hosts,
      trips: Object.values<number>(summary.trips)[0],
    }
  }

  test('gets it as soon as it pauses for one, however slow a step was', async () => {
    const run = await applied(['slow', `${host().name}-deploy`, '--first', '11'])
    expect(run).toMatchObject({ code: 0, status: { [`${host().name}-deploy`]: { changed: 2 } } })
    expect(run.trips).toBeLessThanOrEqual(10)
    // What the host has written down goes on after the pause: both steps, and an end.
    const on = [`${host().name}-deploy`, '-F', host().sshConfig]
    const record = await host().read(`cat /var/lib/ops/runs/*-${run.run}`)
    expect(record).toMatch(/^end paused$[\s\S]*^end done$/m)
    const there = (await folder.answer(['show', run.run, ...on])).stdout
    expect(there.match(/^ {2}changed command sleep/gm)).toHaveLength(2)
    expect(there).toMatch(/-deploy: done$/m)
    const undone = (await folder.answer(['undo', run.run, ...on, '--dry-run'])).stdout
    expect(undone.match(/cannot command sleep/g)).toHaveLength(2)
  })

  test('gets ready for the step that endangers us alone, also where one before it is planned again', async () => {
    const run = await applied(['again', host().name])
    expect(run).toMatchObject({ code: 0, status: { [host().name]: { changed: 3 } } })
    expect(await host().read('head -n 1 /var/lib/ops/access/verdict')).toBe('verdict=confirmed\n')
  })

  test('takes back what a login cannot tell: an sshd that would not start again', async () => {
    const run = await folder.answer(['apply', 'unsound', host().name, '-F', host().sshConfig, '--yes'])
    expect([run.code, run.stdout + run.stderr]).toEqual([
      7,
      expect.stringMatching(/sshd would not start again: .*Nonsense/),
    ])
    // Nothing stays changed, and both records say so.
    expect(run.stdout).not.toContain('ops undo')
    const history = await folder.answer(['history', host().name, '-F', host().sshConfig, '--json'])
    const [last] = JSON.parse(
      history.stdout.split('\n').find(each => each.includes('"event":"history"')) ?? '',
    ).runs
    expect(last.hosts).toEqual({ [host().name]: 'reverted' })
    const undone = await folder.answer(['undo', last.run, host().name, '-F', host().sshConfig, '--yes'])
    expect([undone.code, undone.stdout]).toEqual([
      0,
      expect.stringContaining('there is nothing to take back'),
    ])
    expect(await host().read('sshd -t; ls /etc/ssh/sshd_config.d/99-unsound.conf 2>/dev/null || :')).toBe('')
  })

  test('and knows nothing of it any more is no success: the run is lost, and the next one sees what is there', async () => {
    const argv = ['apply', 'forgetful', host().name, '-F', host().sshConfig, '--yes']
    const run = await folder.answer(argv)
    expect([run.code, run.stdout + run.stderr]).toEqual([
      5,
      expect.stringContaining('has no verdict of this run any more'),
    ])
    const next = await folder.answer(argv)
    expect([next.code, next.stdout]).toEqual([0, expect.stringContaining('nothing to do')])
  })

  test('gives back links that were up and default routes, not only files', async () => {
    await host().read(
      'ip link add lan1 type veth peer name lan2; ip link set lan2 up; ip addr add 198.51.100.1/24 dev lan1; ip link set lan1 up; ip route add default via 198.51.100.2 dev lan1 metric 77',
    )
    const look = 'ip -o link show dev lan1 up | cut -d : -f 2; ip route show default dev lan1'
    const before = await host().read(look)
    expect(before).toMatch(/lan1@lan2\ndefault via 198\.51\.100\.2 metric 77/)
    const run = await folder.answer(['apply', 'downed', host().name, '-F', host().sshConfig, '--yes'])
    expect([run.code, run.stdout + run.stderr]).toEqual([
      7,
      expect.stringContaining('took it back by itself'),
    ])
    expect(await host().read(look)).toBe(before)
    expect(await host().read('ls /etc/systemd/network/90-none.network 2>/dev/null || :')).toBe('')
  })
})
