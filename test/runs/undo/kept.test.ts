import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const recipe = `import { recipe, z, file } from 'ops-recipes'
export default recipe({
  summary: 'One file.',
  params: { text: z.string() },
  steps: ({ params: { text } }) => [file({ path: '/etc/app.conf', content: text })],
})
`

const several = `import { recipe, file, line, option } from 'ops-recipes'
export default recipe({
  summary: 'What changes and removes content.',
  steps: () => [
    file({ path: '/etc/kept-file', content: 'new' }),
    option({ path: '/etc/kept-option', key: 'a', value: '2' }),
    option({ path: '/etc/kept-option', key: 'b', value: '2' }),
    line({ path: '/etc/kept-line', line: 'two' }),
    file({ path: '/etc/kept-gone', state: 'absent' }),
    file({ path: '/etc/kept-new', content: 'new' }),
  ],
})
`

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

describeReal('ops kept', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/one.ts': recipe, 'recipes/several.ts': several })
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, ...words: readonly string[]) =>
    folder.answer([verb, ...words, '-F', host().sshConfig])
  const listed = async () => {
    const { stdout } = await ops('kept', host().name, '--json')
    const events = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    return events.find(event => event.event === 'kept').copies as {
      readonly run: string
      readonly path: string
      readonly sha256: string
    }[]
  }
  const apply = (text: string) => ops('apply', 'one', host().name, '--text', text, '--yes')

  test('lists what was there before, and puts it back as a step that is planned, kept in turn and proved', async () => {
    expect((await ops('kept', host().name)).stdout).toContain('nothing is kept')
    await host().read(
      "printf 'by hand' >/etc/app.conf; chmod 0640 /etc/app.conf; chown root:adm /etc/app.conf",
    )
    const first = await apply('one')
    expect(first.stdout).toContain(`changed file /etc/app.conf`)
    expect(first.stdout).toContain(`old content: ops kept ${host().name} /etc/app.conf`)
    await apply('two')
    const copies = await listed()
    expect(copies.map(copy => [copy.path, copy.sha256])).toEqual([
      ['/etc/app.conf', hashOf('one')],
      ['/etc/app.conf', hashOf('by hand')],
    ])
    expect((await ops('kept', host().name, '/etc/other')).stdout).toContain('nothing is kept')

    // Nobody can be asked here: that is told, and nothing is touched.
    const unasked = await ops('kept', host().name, 'restore', '/etc/app.conf')
    expect([unasked.code, await host().read('cat /etc/app.conf')]).toEqual([3, 'two'])

    const oldest = copies.at(-1)?.run ?? ''
    const back = await ops('kept', host().name, 'restore', '/etc/app.conf', '--from', oldest, '--yes')
    expect(back.stdout).toContain('changed restored /etc/app.conf')
    expect(back.code).toBe(0)
    expect(await host().read('cat /etc/app.conf; stat -c " %a %U:%G" /etc/app.conf')).toBe(
      'by hand 640 root:adm\n',
    )
    expect((await listed())[0]?.sha256).toBe(hashOf('two'))

    const again = await ops('kept', host().name, 'restore', '/etc/app.conf', '--from', oldest, '--yes')
    expect(again.stdout).toContain('nothing to do')
  })

  test('is named by each step that changes or removes content, whatever resource it is of', async () => {
    const names = ['file', 'option', 'line', 'gone']
    await host().read(names.map(name => `echo a=1 >/etc/kept-${name}`).join(';'))
    const { code, stdout } = await ops('apply', 'several', host().name, '--yes')
    expect([code, stdout.match(/old content: ops kept \S+ \S+/g)]).toEqual([
      0,
      names.map(name => `old content: ops kept ${host().name} /etc/kept-${name}`),
    ])
    const kept = (await listed()).filter(({ path }) => path.startsWith('/etc/kept-'))
    expect(kept.map(copy => [copy.path, copy.sha256]).sort()).toEqual(
      names.map(name => [`/etc/kept-${name}`, hashOf('a=1\n')]).sort(),
    )
  })

  test('refuses what it does not keep, and more than one file at a time', async () => {
    const unknown = await ops('kept', host().name, 'restore', '/etc/nowhere', '--yes')
    expect(unknown.code).toBe(3)
    expect(unknown.stderr).toContain('keeps no copy of /etc/nowhere')
    const several = await ops('kept', host().name, 'restore', '/etc/a', '/etc/b', '--yes')
    expect(several.code).toBe(3)
  })
})
