/** One user of the host. */
import { z } from 'zod'
import type { Claim } from '../engine/claims.ts'
import { printed } from '../engine/printed.ts'
import type { Promised } from '../engine/promised.ts'
import type { KeyChange, State } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { raw, type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { accountChangeLibrary } from './accounts/change.ts'
import { notesIn, obstacleIn } from './accounts/detail.ts'
import { expiredLookLibrary } from './accounts/expired-look.ts'
import { accountFiles } from './accounts/files.ts'
import { accountLookLibrary } from './accounts/look.ts'
import { absolutePath, accountName, oneLine, presence } from './paths/params.ts'

const params = z
  .strictObject({
    name: accountName.describe('The login name.'),
    state: presence('The user exists or not.'),
    uid: z
      .number()
      .int()
      .min(0)
      .max(4294967294)
      .optional()
      .describe('Its number; default the next free one.'),
    group: accountName.optional().describe('Primary group; default one of the same name.'),
    groups: z
      .array(accountName)
      .default([])
      .transform(names => [...new Set(names)].sort())
      .describe('Groups that the user must be in; others are left alone.'),
    shell: absolutePath.optional().describe('Login shell.'),
    home: absolutePath
      .optional()
      .describe('Home directory; made for a new user, not moved for one that exists.'),
    comment: oneLine
      .refine(text => !text.includes(':'), 'must not hold a colon')
      .optional()
      .describe('Full name or purpose.'),
    system: z.boolean().default(false).describe('A new user gets a low uid and no home directory.'),
    removeHome: z.boolean().default(false).describe('With `absent`: the home directory goes too.'),
  })
  .refine(given => given.state === 'absent' || !given.removeHome, '`removeHome` is for `state: absent`')

type UserParams = z.output<typeof params>

/** `user {name, state, uid, group, groups, shell, home, comment, system, removeHome}`. */
export const user = resource({
  type: 'user',
  doc: 'One user of the host; a new one has no password, so that only keys log in.',
  undone:
    'One that it made goes, but for its home folder and what it owns, which keep its number: the next new user may be given it; changed fields are the former ones again. One that it removed, or a membership that it gave, stays so.',
  params,
  examples: [
    { title: 'Somebody who deploys', params: { name: 'deploy', shell: '/bin/bash', groups: ['www-data'] } },
    {
      title: 'A user for a daemon',
      params: { name: 'app', system: true, home: '/srv/app', shell: '/usr/sbin/nologin' },
    },
    { title: 'No such user', params: { name: 'old', state: 'absent' } },
  ],
  identity: ({ name }) => name,
  library: [wayLibrary, expiredLookLibrary, accountLookLibrary, accountChangeLibrary],
  probe: given => sh`ops_users '' ${fields(given)}`,
  probeMany: many => {
    const mark = raw('a variable that the engine sets', '"$OPS_MARK"')
    return sh`ops_users ${mark} ${many.flatMap(fields)}`
  },
  parse: printed('state', 'uid?', 'group?', 'comment?', 'home?', 'shell?', 'groups?'),
  desired: given => (given.state === 'absent' ? { state: 'absent' } : { state: 'present', ...wanted(given) }),
  apply: ({ keys }, given) => [sh`ops_account_may user ${given.name} ${wantOf(given)}`, write(keys, given)],
  wayBack: ({ actual, keys }, { name, state }) => {
    if (state === 'absent') return { cannot: 'what is removed with a user is not kept' }
    if (actual.state === 'absent')
      return {
        params: { name, state: 'absent' },
        left: { state: 'present' },
        stays:
          'the account goes; its home folder and all other files that it owns stay, with its number, and the next new user may be given that number',
      }
    if (keys.some(({ key }) => key === 'uid'))
      return { cannot: 'what its number reached may have another owner by now' }
    const params = Object.fromEntries(
      keys.flatMap(({ key, from }) => (key === 'groups' ? [] : [[key, from]])),
    )
    if (Object.keys(params).length === 0) return { cannot: 'ops takes nobody out of a group' }
    return {
      params: { name, ...params },
      ...(keys.some(({ key }) => key === 'groups') && { stays: 'its groups stay' }),
    }
  },
  owns: ({ name }) => [`user:${name}`],
  promises: ({ name, state, group, groups }) =>
    state === 'absent'
      ? [{ of: `user:${name}`, is: 'absent' }]
      : [
          { of: `user:${name}`, is: 'there' },
          ...[...(group === undefined ? [] : [group]), ...groups].map(
            (each): Promised => ({ of: `group:${each}`, is: 'there' }),
          ),
        ],
  refuses: true,
  impossible: (_actual, _given, detail = '') => obstacleIn(detail),
  notes: notesIn,
  reads: ({ group, groups, state, uid, home }) => [
    // Who stops a service may end the processes that stand against it, and who removes a user may free the number.
    ...(state === 'absent' || uid !== undefined || home !== undefined ? ['unit:*' as const] : []),
    ...(uid === undefined ? [] : ['user:*' as const]),
    ...(group === undefined ? groups : [group, ...groups]).map((name): Claim => `group:${name}`),
    ...accountFiles,
  ],
  affects: ({ name, groups, home }) => [
    `user:${name}`,
    ...[name, ...groups].map((group): Claim => `group:${group}`),
    `path:${home ?? `/home/${name}`}/`,
  ],
  // A new uid leaves all that the old one owned to nobody.
  takesAway: ({ keys }, { name, removeHome }) =>
    removeHome || keys.some(({ key, from }) => key === 'uid' && from !== undefined) ? [`user:${name}`] : [],
})

function wanted({ uid, group, groups, shell, home, comment }: UserParams) {
  return {
    ...(uid !== undefined && { uid: String(uid) }),
    ...(group !== undefined && { group }),
    ...(comment !== undefined && { comment }),
    ...(home !== undefined && { home }),
    ...(shell !== undefined && { shell }),
    ...(groups.length > 0 && { groups: groups.join(',') }),
  }
}

function fields(given: UserParams): readonly string[] {
  if (given.state === 'absent') return [given.name, '', '', wantOf(given)]
  const letters = { uid: 'u', group: 'g', comment: 'c', home: 'h', shell: 's', groups: '' }
  const asked = Object.keys(wanted(given)) as (keyof typeof letters)[]
  return [given.name, asked.map(key => letters[key]).join(''), given.groups.join(','), wantOf(given)]
}

function wantOf({ state, uid, system, home, shell }: UserParams): string {
  return state === 'absent'
    ? 'absent'
    : `present:${uid ?? ''}:${system ? 'system' : ''}:${home ?? ''}:${shell ?? ''}`
}

function write(keys: readonly KeyChange[], given: UserParams): Shell {
  const { name } = given
  if (given.state === 'absent') return sh`ops_user_remove ${name} ${given.removeHome ? 'home' : ''}`
  if (keys.some(({ key }) => key === 'state')) {
    const home = given.system ? '' : (given.home ?? `/home/${name}`)
    const options = [...(given.system ? ['--system'] : []), ...optionsFor(wanted(given))]
    return sh`ops_user_add ${name} ${home} ${options}`
  }
  const changed = Object.fromEntries(keys.map(({ key, to }) => [key, to]))
  // A user who leaves a primary group may be in it by that alone.
  if (changed.group !== undefined && given.groups.length > 0) changed.groups = given.groups.join(',')
  const append = changed.groups === undefined ? [] : ['--append']
  return sh`usermod ${append} ${optionsFor(changed)} -- ${name}`
}

/** The same long options serve useradd, which takes --home for its --home-dir, and usermod. */
function optionsFor(state: State): string[] {
  const names = {
    uid: 'uid',
    group: 'gid',
    groups: 'groups',
    shell: 'shell',
    home: 'home',
    comment: 'comment',
  }
  return Object.entries(names).flatMap(([key, option]) => {
    const value = state[key]
    return value === undefined ? [] : [`--${option}`, String(value)]
  })
}
