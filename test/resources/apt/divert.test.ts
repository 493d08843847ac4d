import { expect, test } from 'vitest'
import { divert } from '../../../src/resources/divert.ts'
import { folderWith } from '../../cli/run-ops.ts'
import { changesOf, type PerType, run } from '../../conformance/on-host.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

test.each([
  { path: '/usr/bin/foo' },
  { path: '/usr/bin/foo', to: '/usr/bin/foo' },
  { path: '/usr/bin/foo', to: '/usr/bin/bar', state: 'absent' },
])('%j is refused', input => expect(divert.definition.params.safeParse(input).success).toBe(false))

describeReal('a diversion on a host', () => {
  const host = useHost()
  const apply = (...steps: PerType<unknown>) => run(host(), 'apply', steps)
  const asked = async (input: object) => {
    const seen = (await run(host(), 'plan', [['divert', input]])).divert
    return { changes: changesOf(seen), said: seen?.said }
  }
  const installed = (path: string, text: string) =>
    host().read(`d=$(mktemp -d) && cd "$d" && mkdir -p x/DEBIAN; set -- '${path}'
      mkdir -p "x\${1%/*}" && echo ${text} >"x$1"
      printf '%s\\n' 'Package: theirs' 'Version: 1' 'Architecture: all' 'Maintainer: x <x@x>' 'Description: x' >x/DEBIAN/control
      dpkg-deb -b x x.deb && dpkg -i x.deb`)

  test('what a package brings goes to the other path, and what stands in its place stays', async () => {
    const path = "/opt/d/it's a*b\\c"
    const to = `${path}.distrib`
    const shellPath = path.replace("'", "'\\''")
    await installed(shellPath, 'one')
    const ours: PerType<unknown> = [
      ['divert', { path, to }],
      ['file', { path, content: 'ours\n' }],
    ]
    await apply(...ours)
    await installed(shellPath, 'two')
    expect(await host().read(`cat '${shellPath}' '${shellPath}.distrib'`)).toBe('ours\ntwo\n')
    expect(await asked({ path, to })).toEqual({ changes: [], said: '' })
    expect((await asked({ path, state: 'absent' })).said).toMatch(/are both there/)
    expect((await asked({ path, to: `${path}.other` })).said).toMatch(/are both there/)
    await host().read(`rm '${shellPath}'`)
    await apply(['divert', { path, state: 'absent' }])
    expect(await host().read(`cat '${shellPath}'; ls /opt/d | wc -l`)).toBe('two\n1\n')
  })

  test('what is at the other path already is not written over', async () => {
    await host().read('echo one >/opt/both; echo two >/opt/both.distrib')
    const input = { path: '/opt/both', to: '/opt/both.distrib' }
    expect((await asked(input)).said).toMatch(/\/opt\/both and \/opt\/both.distrib are both there/)
    await host().read('rm /opt/both')
    await apply(['divert', input])
    expect(await host().read('cat /opt/both.distrib; dpkg-divert --truename /opt/both')).toBe(
      'two\n/opt/both.distrib\n',
    )
  })

  test('a folder for it may be made by a step before', async () => {
    await host().read('echo one >/opt/moved')
    await apply(['directory', { path: '/opt/new' }], ['divert', { path: '/opt/moved', to: '/opt/new/moved' }])
    expect(await host().read('cat /opt/new/moved; ls -d /opt/moved || :')).toBe('one\n')
  })

  test('an undo has it at the former path again, or takes it away', async () => {
    const folder = folderWith({
      'recipes/divert.ts': `import { divert, recipe, z } from 'ops-recipes'
export default recipe({
  summary: 'What the test says.',
  params: { to: z.string().describe('Where.') },
  steps: ({ params: { to } }) => [divert({ path: '/opt/undone', to })],
})
`,
    })
    try {
      const ops = async (...argv: readonly string[]) => {
        const { code, stdout, stderr } = await folder.answer([...argv, '-F', host().sshConfig, '--yes'])
        expect([code, stderr]).toEqual([0, ''])
        return /^run (\w+):/m.exec(stdout)?.[1] ?? ''
      }
      const applied = (to: string) => ops('apply', 'divert', host().name, '--to', to)
      const now = () => host().read('dpkg-divert --list /opt/undone; cd /opt; grep . undone undone.* || :')
      await host().read('echo one >/opt/undone')
      const first = await applied('/opt/undone.a')
      const asFirst = await now()
      expect(asFirst).toBe('local diversion of /opt/undone to /opt/undone.a\nundone.a:one\n')
      const second = await applied('/opt/undone.b')
      expect(await now()).toBe('local diversion of /opt/undone to /opt/undone.b\nundone.b:one\n')
      await ops('undo', second, host().name)
      expect(await now()).toBe(asFirst)
      await ops('undo', first, host().name)
      expect(await host().read('dpkg-divert --list /opt/undone; cat /opt/undone; ls -d /opt/undone*')).toBe(
        'one\n/opt/undone\n',
      )
    } finally {
      folder.remove()
    }
  })
})
