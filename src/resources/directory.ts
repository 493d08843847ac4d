/** One directory, its mode and owner, or its absence. */
import { z } from 'zod'
import type { Change } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import type { WayBack } from '../engine/way-back.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { ownWayLibrary } from '../shell/write/own-way.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { directoryChangeLibrary } from './directory/change.ts'
import {
  type AttributeState,
  accountClaims,
  accountPromises,
  attributeFlags,
  observedAttributes,
  wantedAttributes,
} from './paths/attributes.ts'
import { lackingDirectory, look, lookLibrary, lookMany, readLook, refusedWay } from './paths/look.ts'
import { account, entryPath, mode, presence } from './paths/params.ts'

const params = z
  .strictObject({
    path: entryPath.describe('Where the directory is. Missing parents are made, with mode 0755.'),
    mode: mode.optional().describe("Such as '0750'; a new directory gets 0755; else kept as it is."),
    owner: account.optional().describe('Kept as it is when left out; root for a new directory.'),
    group: account.optional().describe('Kept as it is when left out.'),
    state: presence('The folder exists or not.'),
    recursive: z
      .boolean()
      .default(false)
      .describe('With `absent`: remove all that is in it. Without, only an empty directory is removed.'),
  })
  .superRefine((given, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message })
    if (given.recursive && given.state === 'present') refuse('`recursive` is for `state: absent`')
    if (given.recursive && given.path.lastIndexOf('/') === 0) {
      refuse(`${given.path} with all that is in it is part of the system`)
    }
  })

type DirectoryParams = z.output<typeof params>

/** Of files, what is removed is kept; of whole directories it is not, and the plan says so. */
const notKept = 'not empty (what is in it is removed, and not kept)'

/** `directory {path, mode, owner, group, state, recursive}`. */
export const directory = resource({
  type: 'directory',
  doc: 'One directory, its mode and owner, or its absence.',
  undone:
    'One that it made goes, unless somebody has put something into it since; another has its former mode and owner again. One that it removed does not come back.',
  params,
  examples: [
    {
      title: 'A place for an application',
      params: { path: '/srv/app', mode: '0750', owner: 'www-data', group: 'www-data' },
    },
    { title: 'A directory with its parents', params: { path: '/srv/git/team/project' } },
    {
      title: 'Nothing left of a cache',
      params: { path: '/var/cache/old-app', state: 'absent', recursive: true },
    },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, ownWayLibrary, directoryChangeLibrary],
  printsVariables: true,
  refuses: true,
  probe: given => look(lookOf(given)),
  probeMany: many => lookMany(many.map(lookOf)),
  parse: (observation, { recursive }) => {
    const found = readLook(observation)
    const kind = found.get('kind') ?? ''
    return {
      state:
        kind === 'directory' ? 'present' : kind === 'filled' ? (recursive ? notKept : 'not empty') : kind,
      ...refusedWay(found),
      ...observedAttributes(found),
    }
  },
  desired: given =>
    given.state === 'absent' ? { state: 'absent' } : { state: 'present', ...wantedAttributes(given) },
  impossible: ({ state, why }, { path }) => {
    if (state === 'refused') return String(why)
    if (state === 'file') return `${path} is a file, not a directory`
    if (state === 'not empty') return `${path} is not empty: \`recursive: true\` removes all that is in it`
    if (state === 'link') return `${path} is a symbolic link: \`file\` with \`state: 'absent'\` removes it`
    if (state === 'special') return `${path} is a device, pipe or socket, not a directory`
    return state === 'dangling' ? `${path} is a symbolic link that leads nowhere` : undefined
  },
  apply: (change, given) => [write(change, given)],
  // A tree takes as long as it takes.
  joins: (_change, { recursive }) => !recursive,
  wayBack: ({ actual, keys }, given) => directoryWayBack(actual, keys, given),
  owns: ({ path }) => [`path:${path}`],
  reads: given => [
    `path:${given.path}`,
    ...(given.state === 'absent' ? [`path:${given.path}/` as const] : []),
    ...accountClaims(given),
  ],
  makesAbove: lackingDirectory,
  promises: given => [
    { of: `path:${given.path}`, is: given.state === 'absent' ? 'absent' : 'directory' },
    ...(given.state === 'absent' ? [] : accountPromises(given)),
  ],
  affects: ({ path, recursive }) => [`path:${path}`, ...(recursive ? [`path:${path}/` as const] : [])],
})

function directoryWayBack(
  actual: Change['actual'],
  keys: Change['keys'],
  { path, state }: DirectoryParams,
): WayBack {
  if (state === 'absent')
    return {
      cannot: 'of a removed directory nothing is kept: neither what was in it, nor its mode and owner',
    }
  if (actual.state !== 'present') return { params: { path, state: 'absent' }, left: { state: 'present' } }
  return { params: { path, ...Object.fromEntries(keys.map(({ key, from }) => [key, from])) } }
}

function lookOf(given: DirectoryParams): { path: string; flags: string } {
  const { path, state } = given
  if (state === 'absent') return { path, flags: 'rle' }
  return { path, flags: attributeFlags(given) || '-' }
}

function write({ keys }: Change<'state' | 'why' | keyof AttributeState>, given: DirectoryParams): Shell {
  const { path } = given
  if (given.state === 'absent') return sh`ops_directory_absent ${path} ${given.recursive ? 'recursive' : ''}`
  const isNew = keys.some(change => change.key === 'state')
  const value = (key: 'mode' | 'owner' | 'group') =>
    isNew || keys.some(change => change.key === key) ? (given[key] ?? '') : ''
  return sh`ops_directory ${path} ${value('mode')} ${value('owner')} ${value('group')}`
}
