/** The resources that are applied on a host, and that host: two files try what becomes of them, side by side. */
import { beforeAll, describe } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import type { Host } from '../../hosts/host.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { diskPackages } from '../../recipes/disks.ts'
import { type HostCase, isChosen } from '../host-case.ts'
import { cases } from '../host-cases.ts'
import { make } from '../on-host.ts'

/** What is asked for of the cases. */
export const entries = Object.entries(cases).filter(([type]) => isChosen(type))

export const applied = entries.flatMap(([type, each]): [string, HostCase][] =>
  'holds' in each ? [[type, each]] : [],
)

/** Each with the params that it is applied with. */
export const all = applied.map(([type, { input }]) => [type, input] as const)

/** A suite on a host; vitest takes no file without a test, so it is skipped where nothing that is applied was asked for. */
export const describeApplied = applied.length > 0 ? describeReal : describe.skip

/** A host of few resources boots without the programs of the others. */
export function useAppliedHost(): () => Host {
  const needed = applied.flatMap(([, { packages = [] }]) => packages)
  const withPackages = needed.length > 0 ? [...diskPackages, 'git', 'ruby'] : []
  const host = useHost({ storage: 'disk-without-sync', withPackages })
  beforeAll(async () => {
    await host().read(`mkdir -p /srv/c; cp /var/cache/apt/archives/tree_*.deb /root 2>/dev/null
      cd /var/cache/apt/archives && { ls tree_*.deb >/dev/null 2>&1 || apt-get download tree; }`)
    await make(
      host(),
      applied.flatMap(([, { setUp }]) => setUp ?? []),
    )
  }, 900_000)
  return host
}
