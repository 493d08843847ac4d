/** What packages cost that are asked for by a step each, beside one `apt-get install` of all: tiny ones, from a folder of the host. */
import { startHost } from '../test/hosts/start.ts'
import { ops, opsProgram } from './contenders/ops.ts'
import { measure } from './measure.ts'
import { storage } from './places.ts'

export interface PackagesPoint {
  readonly packages: number
  readonly seconds: number
  readonly noopSeconds: number
  /** As apt's own history counts them. */
  readonly transactions: number
  /** `apt-get install` of all of them through one ssh, which looks at nothing. */
  readonly byHandSeconds: number
}

const mirror = `set -e
mkdir -p /root/mirror && cd /root/mirror
at=0
while [ $at -lt $count ]; do
mkdir -p made/DEBIAN
printf 'Package: ops-bench-%s\\nVersion: 1\\nArchitecture: all\\nMaintainer: bench <b@b>\\nDescription: bench\\n' $at >made/DEBIAN/control
dpkg-deb --root-owner-group -Znone --build made $at.deb >/dev/null
{ cat made/DEBIAN/control; echo "Filename: ./$at.deb"; echo "Size: $(stat -c %s $at.deb)"; echo "SHA256: $(sha256sum $at.deb | cut -d ' ' -f 1)"; echo; } >>Packages
at=$((at + 1))
done
rm -r made
chmod -R a+rX /root /root/mirror
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/root/mirror ./' >/etc/apt/sources.list
apt-get update -q >/dev/null`

/** Each count on the same host, without what the one before brought. */
export async function benchPackages(
  say: (text: string) => void,
  counts: readonly number[] = [1, 10, 50, 200],
): Promise<PackagesPoint[]> {
  const host = await startHost({ storage, name: 'web1', packageLists: false })
  try {
    await host.read(`count=${Math.max(...counts)}\n${mirror}`)
    const { cwd } = ops.command({ name: host.name, sshConfig: host.sshConfig, folder: '' })
    const ssh = ['-F', host.sshConfig]
    const transactions = async (): Promise<number> =>
      Number(await host.read("grep -c '^Start-Date' /var/log/apt/history.log || :"))
    const clean = (): Promise<string> =>
      host.read("dpkg -P $(dpkg-query -W -f '${Package} ' 'ops-bench-*' 2>/dev/null) >/dev/null 2>&1 || :")
    const points: PackagesPoint[] = []
    for (const packages of counts) {
      const names = Array.from({ length: packages }, (_, index) => `ops-bench-${index}`)
      const install = `DEBIAN_FRONTEND=noninteractive apt-get install -y -q ${names.join(' ')}`
      await clean()
      const hand = await measure({ argv: ['ssh', ...ssh, host.name, install], cwd })
      await clean()
      const before = await transactions()
      const argv = [
        ...opsProgram,
        'apply',
        'packages',
        host.name,
        '--count',
        String(packages),
        '--yes',
        ...ssh,
      ]
      const first = await measure({ argv, cwd })
      const made = (await transactions()) - before
      const noop = await measure({ argv, cwd })
      const there = Number(
        await host.read("dpkg-query -W -f '${db:Status-Status}\\n' 'ops-bench-*' | grep -c '^installed'"),
      )
      if (there !== packages) throw new Error(`${there} of ${packages} packages are there`)
      const point = {
        packages,
        seconds: first.seconds,
        noopSeconds: noop.seconds,
        transactions: made,
        byHandSeconds: hand.seconds,
      }
      points.push(point)
      say(textOf(point))
    }
    return points
  } finally {
    await host.stop()
  }
}

function textOf({ packages, seconds, noopSeconds, transactions, byHandSeconds }: PackagesPoint): string {
  return `${packages} packages as ${packages} steps: ${seconds.toFixed(2)} s in ${transactions} transaction${transactions === 1 ? '' : 's'}, no-op ${noopSeconds.toFixed(2)} s; apt-get install by hand ${byHandSeconds.toFixed(2)} s`
}
