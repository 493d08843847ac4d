/** What a plan tells of packages that are asked for by a step each is what each step alone would have told. */
import { beforeAll, expect, test } from 'vitest'
import { readSimulation } from '../../../src/resources/apt/simulation.ts'
import { apt } from '../../../src/resources/apt.ts'
import { quote } from '../../../src/shell/quote.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { parsed } from '../shells.ts'

/** Fields of each package, beside its name: `ops-there` and `ops-old` are installed, `ops-old` in another version. */
const packages: Readonly<Record<string, string>> = {
  'ops-plain': 'Installed-Size: 120',
  'ops-more': 'Installed-Size: 12000',
  'ops-big': 'Installed-Size: 99950',
  'ops-needs': 'Depends: ops-below (>= 1), ops-there\nInstalled-Size: 7',
  'ops-below': 'Pre-Depends: ops-deep\nInstalled-Size: 9999',
  'ops-deep': 'Installed-Size: 98',
  'ops-needs-plain': 'Depends: ops-plain',
  'ops-wishes': 'Recommends: ops-wished',
  'ops-wished': 'Installed-Size: 3',
  'ops-wishes-plain': 'Recommends: ops-plain | ops-nowhere, ops-nowhere',
  'ops-wishes-newer': 'Recommends: ops-plain (>= 5)',
  'ops-either': 'Depends: ops-either-one | ops-more',
  'ops-either-one': '',
  'ops-wants-virtual': 'Depends: ops-virtual',
  'ops-provides': 'Provides: ops-virtual',
  'ops-provides-too': 'Provides: ops-virtual, ops-below (= 1)',
  'ops-against': 'Conflicts: ops-plain',
  'ops-against-there': 'Conflicts: ops-there',
  'ops-held': '',
  'ops-needs-held': 'Depends: ops-held',
  'ops-needs-new': 'Depends: ops-old (>= 2)',
  'ops-needs-none': 'Depends: ops-nowhere',
  'ops-pinned': '',
  'ops-there': '',
  'ops-old': '',
}

const mirror = `set -e
mkdir -p /root/mirror && cd /root/mirror
make() {
mkdir -p made/DEBIAN
printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: test <t@t>\\nDescription: test\\n' $1 $3 >made/DEBIAN/control
[ -z "$2" ] || printf '%s\\n' "$2" >>made/DEBIAN/control
dpkg-deb --root-owner-group --build made $1.deb >/dev/null
{ cat made/DEBIAN/control; echo "Filename: ./$1.deb"; echo "Size: $(stat -c %s $1.deb)"; echo "SHA256: $(sha256sum $1.deb | cut -d ' ' -f 1)"; echo; } >>Packages
}
make ops-old '' 1
dpkg -i ops-old.deb >/dev/null
rm Packages
${Object.entries(packages)
  .map(([name, fields]) => `make ${name} ${quote(fields)} 2`)
  .join('\n')}
dpkg -i ops-there.deb >/dev/null
chmod -R a+rX /root /root/mirror
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/root/mirror ./' >/etc/apt/sources.list
printf 'Package: ops-pinned\\nPin: release *\\nPin-Priority: -1\\n' >/etc/apt/preferences.d/never
apt-get update -q >/dev/null
apt-mark hold ops-held >/dev/null
mkdir /root/counted
printf '#!/bin/sh\\necho "$*" >>/root/asked\\nexec /usr/bin/apt-get "$@"\\n' >/root/counted/apt-get
chmod 755 /root/counted/apt-get`

/** Each look is a shell of its own; what it tells of a step goes to a file. */
const looking = `export LC_ALL=C PATH=/root/counted:$PATH OPS_MARK=%%%
: >/root/asked
ops_wants_detail() { :; }
ops_detail() { echo "<detail $1>"; if [ $# -gt 1 ]; then printf '%s\\n' "$2"; else cat; fi; } >&3
${(apt.definition.library ?? []).map(each => each.text).join('\n')}
`

describeReal('packages that are asked for by a step each', () => {
  const host = useHost({ packageLists: false })
  beforeAll(async () => {
    await host().read(mirror)
  })

  /** The observation and the details of one look, and how often apt was asked what it would do. */
  const look = async (text: string) => {
    const script = `${looking}( eval ${quote(text)} ) 3>/root/told </dev/null; echo "<code $?>"; cat /root/told; echo "<asked $(grep -c -e --print-uris /root/asked || :)>"`
    const said = await host().read(script)
    const [observation = '', rest = ''] = said.split(/<code 0>\n/)
    const [details = '', asked = ''] = rest.split('<asked ')
    const parts = details.split(/<detail (\d+)>\n/).slice(1)
    const told: string[] = []
    for (let at = 0; at < parts.length; at += 2) told[Number(parts[at])] = parts[at + 1] ?? ''
    return { observation, told, asked: Number.parseInt(asked, 10) }
  }

  /** By the probe; no test changes anything. */
  const known = new Map<string, Awaited<ReturnType<typeof look>>>()
  const compare = async (names: readonly string[], recommends: boolean | undefined) => {
    const steps = names.map(name =>
      parsed(apt, { packages: name.split(' '), ...(recommends === undefined ? {} : { recommends }) }),
    )
    const all = await look(apt.definition.probeMany?.(steps).shell ?? '')
    const observations = all.observation.split('%%%\n')
    for (const [at, step] of steps.entries()) {
      const probe = apt.definition.probe(step).shell
      const alone = known.get(probe) ?? (await look(probe))
      known.set(probe, alone)
      expect(observations[at], names[at]).toBe(alone.observation)
      expect(readSimulation(all.told[at] ?? ''), names[at]).toEqual(readSimulation(alone.told[0] ?? ''))
    }
    return all.asked
  }

  const certain = [
    ...['ops-plain', 'ops-more', 'ops-big', 'ops-needs', 'ops-below', 'ops-deep', 'ops-needs-plain'],
    ...['ops-wished', 'ops-provides', 'ops-there', 'ops-plain ops-wished', 'ops-needs ops-big'],
  ]

  test('one simulation tells of all, where apt has no choice', async () => {
    expect(await compare(certain, undefined)).toBe(1)
  })

  test('each is told what it would be told alone, whatever the others are', async () => {
    const every = [...Object.keys(packages), 'ops-nothing', 'ops-virtual']
    await compare(every, undefined)
    const open = ['ops-wishes', 'ops-wishes-plain', 'ops-wishes-newer', 'ops-either', 'ops-wants-virtual']
    await compare([...certain, ...open], true)
  })
})
