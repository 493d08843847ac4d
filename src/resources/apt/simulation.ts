/** What apt-get says that it would do, read for people and for the plan's order effects. */
import { counted } from '../../base/counted.ts'
import type { Claim } from '../../engine/claims.ts'

/** Names by what would happen to them, and sizes in apt's own words ('648 kB'). */
export interface Simulation {
  readonly installs: readonly string[]
  readonly upgrades: readonly string[]
  readonly downgrades: readonly string[]
  readonly removes: readonly string[]
  /** On hold, and to be changed all the same. */
  readonly held: readonly string[]
  readonly download: string | undefined
  readonly disk: string | undefined
  /** Why nothing certain is known before the lists are refreshed ('empty', 'older than a day'). */
  readonly lists: string | undefined
  /** Packages that dpkg left half-way before, each with its status in brackets. */
  readonly unfinished: readonly string[]
  /** Dependencies that cannot be met, in apt's own words. */
  readonly unmet: readonly string[]
  readonly errors: readonly string[]
}

const headings: readonly [RegExp, 'installs' | 'upgrades' | 'downgrades' | 'removes' | 'held'][] = [
  [/^The following NEW packages will be installed:/, 'installs'],
  [/^The following packages will be upgraded:/, 'upgrades'],
  [/^The following packages will be DOWNGRADED:/, 'downgrades'],
  [/^The following packages will be REMOVED:/, 'removes'],
  [/^The following held packages will be changed:/, 'held'],
]

/** Reads the output of `apt-get --print-uris install` (or remove), in the C locale. */
export function readSimulation(text: string): Simulation {
  const found = { installs: [], upgrades: [], downgrades: [], removes: [] } as Record<string, string[]>
  let into: string[] | undefined
  for (const line of text.split('\n')) {
    const heading = headings.find(([pattern]) => pattern.test(line))
    if (heading) into = found[heading[1]]
    else if (!line.startsWith('  ')) into = undefined
    else
      into?.push(
        ...line
          .trim()
          .split(/\s+/)
          .map(name => name.replace(/\*$/, '')),
      )
  }
  const { installs = [], upgrades = [], downgrades = [], removes = [], held = [] } = found
  return {
    installs,
    upgrades,
    downgrades,
    removes,
    held,
    download: /^Need to get (?:[^/\n]*\/)?(.+?) of archives\.$/m.exec(text)?.[1],
    disk: /^After this operation, (.+?)\.$/m.exec(text)?.[1],
    lists: /^lists: (.+)$/m.exec(text)?.[1],
    unfinished: [...text.matchAll(/^unfinished: (.+)$/gm)].map(match => match[1] ?? ''),
    unmet: [...text.matchAll(/^ (\S+ : .+)$/gm)].map(match => match[1] ?? ''),
    errors: [...text.matchAll(/^E: (.+)$/gm)].map(match => match[1] ?? ''),
  }
}

/** Lines beside the plan; removals come first, so that nobody reads past them. */
export function simulationNotes(
  simulation: Simulation,
  wanted: 'present' | 'absent',
  removes: boolean,
): string[] {
  const { installs, upgrades, downgrades, download, disk, lists, unfinished, errors } = simulation
  const notes: string[] = []
  const list = (names: readonly string[]) =>
    names.length > 12 ? `${names.slice(0, 12).join(' ')} and ${names.length - 12} more` : names.join(' ')
  if (simulation.removes.length > 0) {
    const refused = wanted === 'present' && !removes ? ' — refused unless `removes: true`' : ''
    notes.push(`REMOVES ${simulation.removes.join(' ')}${refused}`)
  }
  if (downgrades.length > 0) notes.push(`DOWNGRADES ${downgrades.join(' ')}`)
  if (installs.length > 0) {
    const sizes = [
      download && `${download} to fetch`,
      disk?.replace(/ of additional disk space will be used/, ' on disk'),
    ]
    const brackets = sizes.filter(Boolean).join(', ')
    notes.push(
      `brings ${counted(installs.length, 'package')}${brackets && ` (${brackets})`}: ${list(installs)}`,
    )
  }
  if (upgrades.length > 0) notes.push(`upgrades ${list(upgrades)}`)
  if (lists)
    notes.push(
      `the package lists are ${lists}: they are refreshed first, and only then is it known what comes`,
    )
  if (unfinished.length > 0) notes.push(`dpkg left ${unfinished.join(', ')}: that has to be finished first`)
  return [...notes, ...errors.map(error => `apt-get says: ${error}`)]
}

/** Of a package on whichever architecture. */
export function packageClaim(name: string): Claim {
  return `pkg:${name.replace(/:.*/, '')}`
}

/**
 * Why the run would fail before it changed anything, which apt knows beforehand; undefined where it would not, and where
 * what apt knows is about to change: stale lists, packages that are to be finished first.
 */
export function simulationObstacle(
  simulation: Simulation,
  more: { readonly removes: boolean; readonly named: readonly string[] },
): string | undefined {
  const { errors, held, lists, removes, unfinished, unmet } = simulation
  if (lists !== undefined || unfinished.length > 0) return undefined
  if (errors.length > 0) return `apt-get says: ${[...unmet, ...errors].join('; ')}`
  if (held.length > 0)
    return `it would change ${held.join(', ')}, which is held: \`apt-mark unhold ${held.join(' ')}\` first`
  const named = more.named.map(packageClaim)
  const unnamed = removes.filter(name => !named.includes(packageClaim(name)))
  if (unnamed.length === 0 || more.removes) return undefined
  const also = unnamed.length < removes.length ? 'also ' : ''
  return `it would ${also}remove ${unnamed.join(' ')}; say \`removes: true\` if that is meant`
}

/**
 * What an apt run may move. Maintainer scripts may write wherever the file hierarchy standard lets packages write,
 * make users, and start or restart units, so all of that is announced; homes and mounts are not theirs.
 */
export function simulationClaims(simulation: Simulation): Claim[] {
  const { installs, upgrades, downgrades, removes, lists, errors } = simulation
  const names = [...installs, ...upgrades, ...downgrades, ...removes]
  const known = names.length > 0 && lists === undefined && errors.length === 0
  const packages: Claim[] = known ? names.map(packageClaim) : ['pkg:*']
  const folders = ['bin', 'boot', 'etc', 'lib', 'lib32', 'lib64', 'opt', 'run', 'sbin', 'srv', 'usr', 'var']
  return [
    ...packages,
    ...folders.map((folder): Claim => `path:/${folder}/`),
    'unit:*',
    'user:*',
    'group:*',
    'port:*',
  ]
}
