import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const packages = `
import { apt, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'Packages as the test says.',
  params: { spec: z.string().describe('Params of apt, as JSON.') },
  steps: ({ params }) => [apt(JSON.parse(params.spec))],
})
`

/** A source of packages on the host itself, for two architectures; the native one is amd64 or arm64. */
const source = `set -e
native=$(dpkg --print-architecture)
mkdir -p /root/source && cd /root/source
make() {
  folder=$(mktemp -d)
  mkdir $folder/DEBIAN
  { printf 'Package: %s\\nVersion: 1\\nArchitecture: %s\\nMaintainer: T <t@example.org>\\nDescription: t\\n' $1 $2
    [ -z "$3" ] || printf '%s\\n' "$3"; } >$folder/DEBIAN/control
  dpkg-deb -b --root-owner-group $folder $1_$2.deb >/dev/null
  { cat $folder/DEBIAN/control; printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' $1_$2.deb $(stat -c %s $1_$2.deb) $(sha256sum <$1_$2.deb | cut -d' ' -f1); } >>Packages
  rm -r $folder
}
make t-all all
make t-sibling $native 'Multi-Arch: same'
make t-sibling i386 'Multi-Arch: same'
make t-foreign i386 'Multi-Arch: foreign'
make t-held $native
make t-needs-held $native 'Depends: t-held'
make t-pinned $native
make t-gives-pinned $native 'Provides: t-pinned'
rm -f /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/root/source ./' >/etc/apt/sources.list
printf 'Package: t-pinned\\nPin: release *\\nPin-Priority: -1\\n' >/etc/apt/preferences.d/never
dpkg --add-architecture i386
apt-get -qq update
apt-mark hold t-held >/dev/null
echo $native`

describeReal('packages of several architectures, held and pinned ones, on a real host', () => {
  const host = useHost({ name: 'architectures' })
  let folder: Folder
  let native: string
  beforeAll(async () => {
    folder = folderWith({ 'recipes/packages.ts': packages })
    native = (await host().read(source)).trim()
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, spec: object) =>
    folder.answer([
      ...[verb, 'packages', host().name, '-F', host().sshConfig],
      ...(verb === 'apply' ? ['--yes'] : []),
      ...['--spec', JSON.stringify(spec)],
    ])
  const installed = async () =>
    (
      await host().read(
        `dpkg-query -W -f '\${db:Status-Status} \${Package}:\${Architecture}\n' 't-*' | sed -n 's/^installed //p' | sort`,
      )
    )
      .trim()
      .split('\n')
      .map(each => each.replace(`:${native}`, ':native'))
      .sort()

  test('a package for all architectures is this one’s, and siblings are told apart', async () => {
    const wanted = { packages: [`t-all:${native}`, 't-sibling:i386', 't-foreign'] }
    const done = await ops('apply', wanted)
    expect(done.code, done.stderr).toBe(0)
    expect(await installed()).toEqual(['t-all:all', 't-foreign:i386', 't-sibling:i386'])
    expect((await ops('check', { packages: [...wanted.packages, 't-all', 't-all:all'] })).code).toBe(0)
    expect((await ops('apply', { packages: ['t-sibling'] })).code).toBe(0)
    expect(await installed()).toEqual(['t-all:all', 't-foreign:i386', 't-sibling:i386', 't-sibling:native'])
  })

  test('what is to be absent is removed by whichever name it was called', async () => {
    expect((await ops('apply', { packages: [`t-sibling:${native}`], state: 'absent' })).code).toBe(0)
    expect(await installed()).toEqual(['t-all:all', 't-foreign:i386', 't-sibling:i386'])
    const gone = { packages: [`t-all:${native}`, 't-sibling', 't-foreign'], state: 'absent' }
    const done = await ops('apply', gone)
    expect(done.code, done.stderr).toBe(0)
    expect(await installed()).toEqual([''])
    expect((await ops('check', gone)).code).toBe(0)
  })

  test.each([
    ['t-held', 't-held is held and so not installed: `apt-mark unhold t-held` first'],
    ['t-needs-held', 't-needs-held : Depends: t-held but it is not going to be installed'],
    [
      't-pinned',
      'a source of this host has t-pinned, and a pin with a priority below zero keeps every version',
    ],
    ['t-foreign:native', 'no package source of this host has t-foreign:native'],
  ])('%s, which apt would refuse, is refused in the plan', async (name, why) => {
    const refused = await ops('apply', { packages: [name] })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(why)
    expect(refused.stderr).toMatch(/changed +no/)
    expect(refused.stdout).not.toContain('running')
  })
})
