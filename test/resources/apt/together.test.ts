/** Neighbouring steps of packages are one transaction of apt, and each still has its own word. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const packages = `
import { apt, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'A step for each package.',
  params: { names: z.string().describe('With blanks between.') },
  steps: ({ params }) => params.names.split(' ').map(name => apt({ packages: [name] })),
})
`

/** Five small packages in a folder that apt takes for a mirror. The one called c cannot be set up before /root/may is there. */
const mirror = `
mkdir -p /root/mirror && cd /root/mirror
for each in a b c d e; do
mkdir -p made/DEBIAN
printf 'Package: ops-%s\\nVersion: 1\\nArchitecture: all\\nMaintainer: test <t@t>\\nDescription: test\\n' $each >made/DEBIAN/control
[ $each != d ] || echo 'Depends: ops-b' >>made/DEBIAN/control
if [ $each = c ]; then printf '#!/bin/sh\\n[ -e /root/may ] || { echo "there is no /root/may" >&2; exit 1; }\\n' >made/DEBIAN/postinst; chmod 755 made/DEBIAN/postinst; fi
dpkg-deb --root-owner-group --build made ops-$each.deb >/dev/null
{ cat made/DEBIAN/control; echo "Filename: ./ops-$each.deb"; echo "Size: $(stat -c %s ops-$each.deb)"; echo "SHA256: $(sha256sum ops-$each.deb | cut -d ' ' -f 1)"; echo; } >>Packages
rm -r made
done
chmod -R a+rX /root /root/mirror
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/root/mirror ./' >/etc/apt/sources.list
apt-get update -q >/dev/null
`

describeReal('a step for each package', () => {
  const host = useHost({ packageLists: false })
  let folder: Folder
  beforeAll(async () => {
    folder = folderWith({ 'recipes/packages.ts': packages })
    await host().read(mirror)
  })
  afterAll(() => folder?.remove())

  const apply = async (names: string) => {
    const argv = [
      'apply',
      'packages',
      host().name,
      '-F',
      host().sshConfig,
      '--yes',
      '--json',
      '--names',
      names,
    ]
    const { code, stdout } = await folder.answer(argv)
    const events = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const steps = events.filter(each => each.event === 'step' && each.status !== 'running')
    return {
      code,
      outcomes: Object.fromEntries(steps.map(each => [each.step, each.status])),
      errors: events.filter(each => each.event === 'error').map(each => each.error),
      trips: Object.values(events.at(-1).trips),
    }
  }
  const installed = async () =>
    (await host().read("dpkg-query -W -f '${Package}=${db:Status-Status} ' 'ops-*'")).trim()
  const transactions = async () =>
    Number(await host().read("grep -c '^Start-Date' /var/log/apt/history.log || :"))

  test('one transaction brings them; the one that fails is named, and what came with it is told', async () => {
    const before = await transactions()
    const first = await apply('ops-a ops-b ops-d')
    expect(first).toMatchObject({ code: 0, trips: [2], errors: [] })
    expect(first.outcomes).toEqual({ 'apt ops-a': 'changed', 'apt ops-b': 'changed', 'apt ops-d': 'changed' })
    expect(await transactions()).toBe(before + 1)
    await host().read('dpkg -P ops-a ops-d')

    const failing = await apply('ops-a ops-c ops-e')
    expect(failing).toMatchObject({ code: 1, errors: [{ step: 'apt ops-c', code: 'failed' }] })
    expect(failing.errors[0].said).toContain('there is no /root/may')
    expect(failing.errors[0].next).toContain('What else the same transaction did is shown')
    expect(failing.outcomes).toEqual({
      'apt ops-a': 'changed',
      'apt ops-c': 'failed',
      'apt ops-e': 'changed',
    })
    expect(await installed()).toBe('ops-a=installed ops-b=installed ops-c=half-configured ops-e=installed')

    await host().read('touch /root/may')
    expect(await apply('ops-a ops-c ops-e')).toMatchObject({ code: 0, errors: [] })
    expect(await apply('ops-a ops-c ops-e')).toMatchObject({ code: 0, trips: [1] })
  })
})
