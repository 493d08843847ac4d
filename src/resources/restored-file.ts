/** One file as it was kept before a run changed it: what `ops kept HOST restore` makes its plan of. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { observedAttributes } from './paths/attributes.ts'
import { lackingDirectory, look, lookLibrary, readLook, refusedWay } from './paths/look.ts'
import { account, entryPath, mode } from './paths/params.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

const params = z.strictObject({
  path: entryPath.describe('The file that is put back.'),
  from: entryPath.describe('Its copy on the host.'),
  sha256: hash.describe('What the copy held when it was listed.'),
  mode: mode.describe('The mode of the copy.'),
  owner: account.describe('The owner of the copy.'),
  group: account.describe('The group of the copy.'),
})

/** Its own copy is kept in turn, so that this can be undone as well. Proved by the hash of the copy. */
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
  probe: ({ path, from }) => sh`${look({ path, flags: 'hmog' })}
    ops_a=$(sha256sum 2>/dev/null <${from}) || ops_a=gone
    printf "copy=%s\\n" "\${ops_a%% *}"`,
  parse: observation => {
    const found = readLook(observation)
    const kind = found.get('kind') ?? ''
    return {
      state: kind === 'file' ? 'present' : kind,
      copy: found.get('copy') ?? '',
      ...(found.has('sha256') && { content: found.get('sha256') ?? '' }),
      ...refusedWay(found),
      ...observedAttributes(found),
    }
  },
  desired: wanted => ({
    state: 'present',
    copy: wanted.sha256,
    content: wanted.sha256,
    mode: wanted.mode,
    owner: wanted.owner,
    group: wanted.group,
  }),
  impossible: ({ state, why, copy }, { path, from, sha256 }) => {
    if (state === 'refused') return String(why)
    if (copy !== sha256) return `the copy ${from} is gone, or is no longer what it was`
    return state === 'present' || state === 'absent' ? undefined : `${path} is a ${state}, not a file`
  },
  lacks: lackingDirectory,
  apply: ({ actual }, { path, from, sha256 }) => [
    sh`ops_write ${path} ${[
      `sha=${sha256}`,
      actual.state === 'absent' ? 'was=absent' : `was=${actual.content}`,
      `like=${from}`,
    ]} -- cat -- ${from}`,
  ],
  owns: ({ path }) => [`path:${path}`],
  notes: (_detail, { from }) => [`from ${from}; what is there now is kept in turn`],
})
