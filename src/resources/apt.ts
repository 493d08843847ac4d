/** Installs and removes packages of Debian and its relatives. */
import { z } from 'zod'
import { type Named, named, namedKey } from '../engine/named-keys.ts'
import type { Partly } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { joinShell, type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { aptChangeLibrary } from './apt/change.ts'
import { aptLookLibrary } from './apt/look.ts'
import { namesOf, packageSpec } from './apt/package.ts'
import {
  packageClaim,
  readSimulation,
  simulationClaims,
  simulationNotes,
  simulationObstacle,
} from './apt/simulation.ts'
import { aptTellLookLibrary } from './apt/tell-look.ts'
import { aptWayBack } from './apt/way-back.ts'
import { presence } from './paths/params.ts'

const params = z
  .strictObject({
    packages: z
      .array(packageSpec)
      .min(1)
      .describe(
        "Package names; 'mysql-server | default-mysql-server' takes the first that the host's lists know, and an installed one counts first. `name:arch` works. Without it, that of the host's architecture is installed, and those of all are removed.",
      ),
    state: presence('Installed or removed.'),
    recommends: z
      .boolean()
      .optional()
      .describe("Bring recommended packages too. Default: the host's own apt configuration."),
    removes: z
      .boolean()
      .default(false)
      .describe('Let apt remove packages that are not named here. Without it such a run is refused.'),
    purge: z.boolean().default(false).describe('With `absent`: remove configuration files as well.'),
    debconf: z
      .array(z.string().regex(/^[^\p{Cc}]+$/u, 'one line each'))
      .default([])
      .describe(
        'Answers given before installing, as lines of debconf-set-selections: `package question type value`.',
      ),
    components: z
      .array(z.string().regex(/^[a-z][a-z0-9-]*$/, 'a component such as contrib, non-free or multiverse'))
      .default([])
      .describe(
        'Components that the sources must offer (`contrib`); missing ones are added for the same mirrors.',
      ),
    lockSeconds: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .default(120)
      .describe('How long to wait while another process holds the package lock.'),
  })
  .refine(value => value.state === 'absent' || !value.purge, { message: '`purge` needs `state: absent`' })
  .refine(value => value.state === 'present' || value.packages.every(spec => !spec.includes('|')), {
    message: 'alternatives have no meaning with `state: absent`: name what is to go',
  })
  .refine(value => value.state === 'present' || value.components.length === 0, {
    message: '`components` needs `state: present`',
  })
  .refine(value => new Set(value.packages).size === value.packages.length, {
    message: 'a package is named twice',
  })

type Params = z.output<typeof params>

/** Not a package name, so that no package can be mistaken for it. */
const dpkgRun = 'dpkg run'

/** Of each package, and of each component that the sources must offer. */
type AptState = { readonly [dpkgRun]: string } & Named & Named<'component'>

const modeOf = ({ state, purge }: Params): string =>
  state === 'present' ? 'present' : purge ? 'purge' : 'absent'

const recommendsOf = ({ recommends }: Params): string =>
  recommends === undefined ? '' : recommends ? '--install-recommends' : '--no-install-recommends'

const allNames = (many: readonly Params[]): string[] => [
  ...new Set(many.flatMap(each => each.packages.flatMap(namesOf))),
]

const look = (each: Params, index: number): Shell =>
  sh`ops_apt_look ${index} ${modeOf(each)} ${recommendsOf(each)} ${each.components.join(' ')} ${each.packages}`

/** `apt {packages, state, recommends}`. */
export const apt = resource({
  type: 'apt',
  doc: 'Installs or removes packages with apt, refreshing stale lists by itself and never asking.',
  undone:
    'What it installed goes, and what it removed comes again, in the version of today. What came along with it stays, and so does configuration.',
  params,
  examples: [
    { title: 'Install a web server', params: { packages: ['nginx'] } },
    {
      title: 'Whichever name this release has, without recommended packages',
      params: { packages: ['mysql-server | default-mysql-server', 'php-mysql'], recommends: false },
    },
    {
      title: 'Remove a package with its configuration',
      params: { packages: ['exim4-base'], state: 'absent', purge: true, removes: true },
    },
  ],
  identity: ({ packages }) => packages.join(' '),
  probe: each => sh`ops_apt_read ${allNames([each])} && ${look(each, 0)}`,
  probeMany: many =>
    joinShell([
      sh`ops_apt_read ${allNames(many)} || exit 1
ops_put_off=`,
      ...many.map((each, index) => sh`${look(each, index)}; echo "$OPS_MARK"`),
      sh`ops_apt_tell_put_off || :`,
    ]),
  parse: (observation, { packages }) => parseLook(observation, packages),
  desired: each => ({
    [dpkgRun]: 'complete',
    ...named<AptState>(Object.fromEntries(each.components.map(name => [name, 'present'])), 'component'),
    ...named(Object.fromEntries(each.packages.map(spec => [spec, each.state]))),
  }),
  refuses: 'whatever is seen',
  apply: (_change, each) => [
    ...(each.debconf.length > 0
      ? [
          sh`printf ${'%s\\n'} ${each.debconf} | DEBIAN_FRONTEND=noninteractive debconf-set-selections
ops_touched=yes`,
        ]
      : []),
    sh`ops_apt_names=${allNames([each]).join(' ')}
ops_apt_change ${modeOf(each)} ${recommendsOf(each)} ${each.components.join(' ')} ${each.removes ? 'yes' : 'no'} ${each.lockSeconds} ${each.packages}`,
  ],
  // What one of them brings, the others want as well, or do not mind.
  joins: (_change, { packages, debconf, ...how }) =>
    debconf.length === 0 && { like: JSON.stringify(how), even: 'dependents' },
  reads: each => [...allNames([each]).map(packageClaim), 'path:/etc/apt/'],
  wayBack: ({ keys }, { packages, state }) => aptWayBack(keys, packages, state),
  owns: () => [],
  // Which of several names it will be, the host tells.
  promises: ({ packages, state }) =>
    packages
      .filter(spec => !spec.includes('|'))
      .map(spec => ({ of: packageClaim(spec), is: state === 'absent' ? 'absent' : 'there' })),
  affects: (_each, detail) => simulationClaims(readSimulation(detail)),
  takesAway: (_change, each, detail) =>
    [...readSimulation(detail).removes, ...(each.state === 'absent' ? each.packages : [])].map(packageClaim),
  notes: (detail, each) => simulationNotes(readSimulation(detail), each.state, each.removes),
  impossible: (actual, each, detail = '') =>
    impossible(actual, each) ??
    simulationObstacle(readSimulation(detail), { removes: each.removes, named: allNames([each]) }),
  library: [wayLibrary, writeLibrary, aptLookLibrary, aptTellLookLibrary, aptChangeLibrary],
  applySeconds: 7200,
})

function parseLook(observation: string, packages: readonly string[]): AptState {
  const state: Record<string, string> = {}
  for (const line of observation.split('\n')) {
    const at = line.indexOf('=')
    if (at > 0) state[line.slice(0, at)] = line.slice(at + 1)
  }
  for (const key of [dpkgRun, ...packages]) {
    if (state[key] === undefined) throw new Error(`the probe of packages printed nothing of '${key}'`)
  }
  return state as AptState
}

function impossible(actual: Partly<AptState>, { packages, state }: Params): string | undefined {
  const found = packages.flatMap(spec => {
    const [word, ...names] = String(actual[namedKey(spec)]).split(' ')
    if (word === 'virtual')
      return [`${spec} is a virtual package: name one that provides it (${names.join(', ')})`]
    if (word === 'held') {
      const what = state === 'present' ? 'installed' : 'removed'
      return [`${spec} is held and so not ${what}: \`apt-mark unhold ${spec}\` first`]
    }
    if (word === 'pinned') {
      return [
        `a source of this host has ${spec}, and a pin with a priority below zero keeps every version of it out (\`apt-cache policy ${namesOf(spec)[0]}\`, /etc/apt/preferences.d)`,
      ]
    }
    if (word !== 'unknown') return []
    const near = names.length > 0 ? ` (near: ${names.join(', ')})` : ''
    return [`no package source of this host has ${spec}${near}`]
  })
  return found.length > 0 ? found.join('; ') : undefined
}
