/** One file as it was kept before a run changed it: what `ops kept HOST restore` makes its plan of. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { attributeWords, observedAttributes } from './paths/attributes.ts'
import { lackingDirectory, look, lookLibrary, readLook, refusedWay } from './paths/look.ts'
import { account, entryPath, mode } from './paths/params.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

const kept = z.strictObject({
  path: entryPath.describe('The file that is put back.'),
  from: entryPath.describe('Its copy on the host.'),
  sha256: hash.describe('What the copy held when it was listed.'),
  mode: mode.describe('The mode of the copy.'),
  owner: account.describe('The owner of the copy.'),
  group: account.describe('The group of the copy.'),
})

const params = z.union([
  kept,
  z.strictObject({
    path: entryPath.describe('The file that is removed again.'),
    from: z.literal('nothing').describe('There was none.'),
  }),
])

/** As proc(5) writes the names of mount points. */
function inMountinfo(path: string): string {
  return path.replaceAll(/[\\ \t\n]/g, each => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/**
 * Its own copy is kept in turn, so that this can be undone as well. Proved by the hash of the copy. A run that put a new file in
 * its place left it one name; so one with several was changed as all of them, and is put back as all of them. So is one that is a mount point, which takes no other.
 */
export const restoredFile = resource({
  type: 'restored',
  doc: 'One file as a run found it before it changed it.',
  params,
  examples: [
    {
      title: 'A config of yesterday',
      params: {
        path: '/etc/app.conf',
        from: '/var/lib/ops/kept/20261128T203000Z-0123456789abcdef/etc/app.conf',
        sha256: '0'.repeat(64),
        mode: '0644',
        owner: 'root',
        group: 'root',
      },
    },
    {
      title: 'A script',
      params: {
        path: '/usr/local/bin/app',
        from: '/var/lib/ops/kept/20261128T203000Z-0123456789abcdef/usr/local/bin/app',
        sha256: 'f'.repeat(64),
        mode: '0755',
        owner: 'root',
        group: 'root',
      },
    },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, writeLibrary],
  refuses: true,
  probe: ({ path, from }) =>
    from === 'nothing'
      ? look({ path, flags: 'hmogl' })
      : sh`${look({ path, flags: 'hmog' })}
    ops_copy_hash=$(sha256sum 2>/dev/null <${from}) || ops_copy_hash=gone
    printf "copy=%s\\n" "\${ops_copy_hash%% *}"
    ops_names_and_kind=$(stat -L -c "%h %F" -- ${path} 2>/dev/null) || :
    case $ops_names_and_kind in "1 "*|"0 "*|*directory|"") ;; *) echo names=several ;; esac
    ! ops_place=${inMountinfo(path)} awk '$5 == ENVIRON["ops_place"] { found = 1 } END { exit !found }' /proc/self/mountinfo || echo names=mounted`,
  parse: observation => {
    const found = readLook(observation)
    const kind = found.get('kind') ?? ''
    return {
      state: kind === 'file' ? 'present' : kind,
      ...(found.has('copy') && { copy: found.get('copy') ?? '' }),
      ...(found.has('to') && { to: found.get('to') ?? '' }),
      ...(found.has('sha256') && { content: found.get('sha256') ?? '' }),
      ...(found.has('names') && { names: found.get('names') ?? '' }),
      ...refusedWay(found),
      ...observedAttributes(found),
    }
  },
  desired: wanted =>
    'sha256' in wanted
      ? {
          state: 'present',
          copy: wanted.sha256,
          content: wanted.sha256,
          mode: wanted.mode,
          owner: wanted.owner,
          group: wanted.group,
        }
      : { state: 'absent' },
  impossible: ({ state, why, copy }, wanted) => {
    if (state === 'refused') return String(why)
    if ('sha256' in wanted && copy !== wanted.sha256)
      return `the copy ${wanted.from} is gone, or is no longer what it was`
    const isLink = !('sha256' in wanted) && state === 'link'
    return state === 'present' || state === 'absent' || isLink
      ? undefined
      : `${wanted.path} is a ${state}, not a file`
  },
  lacks: lackingDirectory,
  apply: ({ actual }, wanted) => {
    if (!('sha256' in wanted)) return [sh`ops_remove ${wanted.path}`]
    const { path, from, sha256, ...dress } = wanted
    const was = actual.state === 'absent' ? 'was=absent' : `was=${actual.content}`
    const how = actual.names === undefined ? [`like=${from}`] : ['place', ...attributeWords(dress)]
    return [sh`ops_write ${path} ${[`sha=${sha256}`, was, ...how]} -- cat -- ${from}`]
  },
  wayBack: () => 'files',
  changesBy: (_path, { from }, change) =>
    from === 'nothing' ? 'name' : change?.actual.names === undefined ? 'new file' : 'in place',
  owns: ({ path }) => [`path:${path}`],
  notes: (_detail, { from }) => [
    from === 'nothing'
      ? 'there was none before; what is there now is kept'
      : `from ${from}; what is there now is kept in turn`,
  ],
})
