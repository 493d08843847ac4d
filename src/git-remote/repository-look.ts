/** The look at the host: is there git, may we write there, and what does the place of the repository hold. */

import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { libraryOf } from '../shell/library.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { gitAsOwnerLibrary } from './as-owner.ts'
import gitServerText from './git-server.sh'

/** What the place of the repository holds. */
export type PlaceState =
  | 'absent'
  | 'repository'
  /** Something else than a bare repository, not empty. */
  | 'occupied'
  /** A bare repository that git cannot read. */
  | 'damaged'
  /** The user may not look there. */
  | 'hidden'

/** What was seen on the host. */
export interface RepositoryLook {
  readonly user: string
  readonly home: string
  /** Undefined where there is no git. */
  readonly gitVersion: string | undefined
  /** Absolute. */
  readonly path: string
  readonly state: PlaceState
  /** The nearest directory above that exists, and whether something may be made and removed in it. */
  readonly parent: string
  readonly isParentWritable: boolean
  /** The user may write to the repository itself, or make it where there is none. */
  readonly isWritable: boolean
  /** Moved aside by an undo that did not end. */
  readonly isAside: boolean
  readonly owner: string
  /** The branch that HEAD names; empty where it names none. */
  readonly head: string
  /** Made by `ops git-remote`. */
  readonly isOurs: boolean
  /** Git on the host refuses to serve it to the user. */
  readonly isDistrusted: boolean
  /** What no push brought: hooks, working trees, settings, files of others. */
  readonly extras: readonly string[]
  /** Object names by full ref name. */
  readonly refs: ReadonlyMap<string, string>
  /** Git's words where the repository is damaged. */
  readonly complaint: string
}

const params = z.strictObject({ user: z.string(), path: z.string() })

/** `ops_git_server USER PATH`: as canonical lines. USER is the one that will push, whoever looks. */
export const repositoryLookLibrary = libraryOf('git-server', gitServerText)

/** One look at the place of a repository; as a step it also guards a run against pushes of others meanwhile. */
export const repositoryLook = resource({
  type: 'look',
  doc: 'Looks at git and at the place of a repository on the host.',
  params,
  examples: [
    { title: 'Below the home folder', params: { user: 'deploy', path: '~/git/app.git' } },
    { title: 'A place for all', params: { user: 'git', path: '/srv/git/app.git' } },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, gitAsOwnerLibrary, repositoryLookLibrary],
  probe: ({ user, path }) => sh`ops_git_server ${user} ${path}`,
  parse: observation => ({ state: readRepositoryLook(observation).state }),
  desired: () => ({}),
  owns: () => [],
})

/** Reads what `ops_git_server` printed. Throws on text that it cannot have printed. */
export function readRepositoryLook(observation: string): RepositoryLook {
  const values = new Map<string, string[]>()
  for (const line of observation.split('\n').filter(each => each !== '')) {
    const at = line.indexOf('=')
    if (at < 0) throw new TypeError(`not an observation of a repository's place: ${line}`)
    const key = line.slice(0, at)
    values.set(key, [...(values.get(key) ?? []), line.slice(at + 1)])
  }
  const one = (key: string): string => values.get(key)?.[0] ?? ''
  const state = one('state')
  if (!isPlaceState(state) || !one('path').startsWith('/')) {
    throw new TypeError(`not an observation of a repository's place: ${observation}`)
  }
  return {
    user: one('user'),
    home: one('home'),
    gitVersion: one('git') === '' ? undefined : one('git'),
    path: one('path'),
    state,
    parent: one('parent'),
    isParentWritable: one('writable') === 'yes',
    isWritable: state === 'repository' ? one('readonly') !== 'yes' : one('writable') === 'yes',
    isAside: one('aside') === 'yes',
    owner: one('owner'),
    head: one('head'),
    isOurs: one('ours') === 'yes',
    isDistrusted: one('distrusted') === 'yes',
    extras: values.get('extra') ?? [],
    refs: new Map(
      (values.get('ref') ?? []).map(line => {
        const blank = line.indexOf(' ')
        return [line.slice(blank + 1), line.slice(0, blank)]
      }),
    ),
    complaint: one('complaint'),
  }
}

function isPlaceState(text: string): text is PlaceState {
  return ['absent', 'repository', 'occupied', 'damaged', 'hidden'].includes(text)
}
