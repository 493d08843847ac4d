/** What can be known before anything is changed is told by the plan, and the host stays as it was. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

/** Lists of steps by name, in one recipe: its types are checked once. */
const recipe = `import { directory, file, line, link, option, recipe, z } from 'ops-recipes'
const lists = {
  lines: () => [
    line({ path: '/etc/fight', line: 'port 1' }),
    line({ path: '/etc/fight', line: 'port 2', match: '^port' }),
  ],
  content: () => [
    file({ path: '/etc/fight', content: 'x' }),
    line({ path: '/etc/fight', line: 'y' }, { buildsOn: 'file /etc/fight' }),
  ],
  late: () => [
    option({ path: '/etc/fight.ini', section: 's', key: 'a', value: '1' }),
    line({ path: '/etc/fight.ini', line: 'a = 2' }),
  ],
  early: () => [
    line({ path: '/etc/fight.ini', line: 'a = 2', match: '^a = [0-9]' }),
    option({ path: '/etc/fight.ini', section: 's', key: 'a', value: '1' }),
  ],
  below: () => [
    directory({ path: '/srv/made' }),
    file({ path: '/srv/made/below/a.conf', content: 'a' }),
  ],
  kernel: () => [file({ path: '/srv/fine', content: 'a' }), file({ path: '/proc/made', content: 'a' })],
  names: () => [
    file({ path: '/run/al.conf', content: 'a\\n' }),
    line({ path: '/var/run/al.conf', line: 'b' }),
    file({ path: '/usr/lib/al', content: 'a' }),
    file({ path: '/lib/al', state: 'absent' }),
    file({ path: '/srv/al/link/f', content: 'a' }),
    directory({ path: '/srv/al/real', state: 'absent', recursive: true }),
  ],
  longest: () => [file({ path: '/srv/' + 'n'.repeat(255), content: 'a' })],
  longer: () => [file({ path: '/srv/fine', content: 'a' }), directory({ path: '/srv/é' + 'n'.repeat(254) })],
}
export default recipe({
  summary: 'Lists of steps.',
  params: { list: z.enum(Object.keys(lists) as [keyof typeof lists]) },
  steps: ({ params: { list } }) => lists[list](),
})
`

describeReal('what can be known beforehand', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/lists.ts': recipe })
  })
  afterAll(() => folder?.remove())

  const apply = (list: string) =>
    folder.answer(['apply', 'lists', host().name, '-F', host().sshConfig, '--yes', '--list', list])

  test('two steps that contradict each other are refused, and the host is as it was', async () => {
    await host().read("printf 'port 9\\n' >/etc/fight")
    const lines = await apply('lines')
    expect([lines.code, await host().read('cat /etc/fight')]).toEqual([3, 'port 9\n'])
    expect(lines.stderr).toContain(
      '`line /etc/fight port 1` and `line /etc/fight port 2` contradict each other',
    )
    const content = await apply('content')
    expect([content.code, await host().read('cat /etc/fight')]).toEqual([3, 'port 9\n'])
    expect(content.stderr).toContain('Write it so in the content of `file /etc/fight`')
  })

  test('a fight that only the host shows names the step that undid the other, and nobody else', async () => {
    await host().read("printf '[s]\\na = 0\\n' >/etc/fight.ini")
    const late = await apply('late')
    expect(late.stderr).toContain('option /etc/fight.ini [s] a was undone by line /etc/fight.ini a = 2')
    expect([late.code, late.stderr.includes('somebody else')]).toEqual([1, false])
    await host().read("printf '[s]\\na = 1\\n' >/etc/fight.ini")
    const early = await apply('early')
    expect(early.stderr).toContain('option /etc/fight.ini [s] a was undone by line /etc/fight.ini a = 2')
    expect([early.code, early.stderr.includes('by somebody else')]).toEqual([8, false])
  })

  test('a directory that none of the steps makes, below one that is made, is told before that is made', async () => {
    const { code, stderr } = await apply('below')
    expect(stderr).toContain('there is no directory /srv/made/below on the host, and no step before')
    expect([code, await host().read('ls /srv')]).toEqual([1, ''])
  })

  test('a file that the kernel would not take is told before the steps before it are done', async () => {
    const { code, stderr } = await apply('kernel')
    expect(stderr).toContain('/proc/made lies in /proc')
    expect([code, await host().read('ls /srv')]).toEqual([1, ''])
  })

  test('two names of one thing are an error of the plan, and neither is touched', async () => {
    await host().read('mkdir -p /srv/al/real && ln -s real /srv/al/link && printf a >/srv/al/real/f')
    const { code, stderr } = await apply('names')
    const left = await host().read('ls /run/al.conf /lib/al /srv/al/real/f 2>/dev/null || :; rm -r /srv/al')
    expect([code, left]).toEqual([1, '/srv/al/real/f\n'])
    for (const told of [
      'file /run/al.conf and line /var/run/al.conf b are one file on this host (/var/run is /run)',
      'file /usr/lib/al and file /lib/al are one path on this host (/lib is /usr/lib)',
      'file /srv/al/link/f lies in what directory /srv/al/real removes on this host (/srv/al/link is /srv/al/real)',
    ])
      expect(stderr).toContain(told)
  })

  test('a name of 255 bytes is written, and one byte more is refused by its limit', async () => {
    const longer = await apply('longer')
    expect(longer.stderr).toContain('path: has a name of more than 255 bytes')
    expect([longer.code, await host().read('ls /srv')]).toEqual([3, ''])
    expect((await apply('longest')).code).toBe(0)
    expect(await host().read('ls /srv')).toBe(`${'n'.repeat(255)}\n`)
  })
})
