/** One group of the host. */
import { z } from 'zod'
import { printed } from '../engine/printed.ts'
import { resource } from '../engine/step.ts'
import { raw, sh } from '../shell/sh.ts'
import { accountChangeLibrary } from './accounts/change.ts'
import { obstacleIn } from './accounts/detail.ts'
import { accountFiles } from './accounts/files.ts'
import { accountLookLibrary } from './accounts/look.ts'
import { accountName, presence } from './paths/params.ts'

const params = z.strictObject({
  name: accountName.describe('The name of the group.'),
  state: presence('The group exists or not.'),
  gid: z.number().int().min(0).max(4294967294).optional().describe('Its number; default the next free one.'),
  system: z.boolean().default(false).describe('A new group gets a low gid.'),
})

type GroupParams = z.output<typeof params>

/** `group {name, state, gid, system}`. */
export const group = resource({
  type: 'group',
  doc: 'One group of the host.',
  undone:
    'One that it made goes; files that are its own keep its number, which the next new group may be given. One that it removed, or the number that it changed, does not come back.',
  params,
  examples: [
    { title: 'A group for those who deploy', params: { name: 'deployers' } },
    { title: 'A system group with a fixed number', params: { name: 'app', gid: 812, system: true } },
    { title: 'No such group', params: { name: 'old', state: 'absent' } },
  ],
  identity: ({ name }) => name,
  library: [accountLookLibrary, accountChangeLibrary],
  probe: given => sh`ops_groups '' ${fields(given)}`,
  probeMany: many => {
    const mark = raw('a variable that the engine sets', '"$OPS_MARK"')
    return sh`ops_groups ${mark} ${many.flatMap(fields)}`
  },
  parse: printed('state', 'gid?'),
  desired: ({ state, gid }) => ({
    state,
    ...(state === 'present' && gid !== undefined && { gid: String(gid) }),
  }),
  apply: ({ actual }, given) => {
    const { name, state, gid, system } = given
    const may = sh`ops_account_may group ${name} ${wantOf(given)}`
    if (state === 'absent') return [may, sh`groupdel -- ${name}`]
    const number = gid === undefined ? [] : ['--gid', gid]
    if (actual.state === 'present') return [may, sh`groupmod ${number} -- ${name}`]
    return [may, sh`groupadd ${system ? ['--system'] : []} ${number} -- ${name}`]
  },
  refuses: true,
  impossible: (_actual, _given, detail = '') => obstacleIn(detail),
  wayBack: ({ actual }, { name, state }) => {
    if (state === 'absent') return { cannot: 'the number of the group that was removed is not known' }
    if (actual.state === 'present') return { cannot: 'what its number reached may have another group by now' }
    return {
      params: { name, state: 'absent' },
      left: { state: 'present' },
      stays:
        'the group goes; files that are its own keep its number, and the next new group may be given that',
    }
  },
  owns: ({ name }) => [`group:${name}`],
  promises: ({ name, state }) => [{ of: `group:${name}`, is: state === 'absent' ? 'absent' : 'there' }],
  reads: ({ state, gid }) => [
    ...(state === 'absent' ? ['user:*' as const] : []),
    ...(gid === undefined ? [] : ['group:*' as const]),
    ...accountFiles,
  ],
})

function fields(given: GroupParams): readonly string[] {
  return [given.name, given.state === 'present' && given.gid !== undefined ? 'i' : '', wantOf(given)]
}

function wantOf({ state, gid }: GroupParams): string {
  return state === 'absent' ? 'absent' : `present:${gid ?? ''}`
}
