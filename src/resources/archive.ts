/** A folder that comes out of an archive. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { archiveChangeLibrary } from './archive/change.ts'
import { archiveLookLibrary } from './archive/look.ts'
import { fetchedUrl, fetchLibrary, sha256Text } from './fetch/fetch.ts'
import { accountClaims } from './paths/attributes.ts'
import { lackingDirectory, lookLibrary } from './paths/look.ts'
import { account, entryPath, oneLine, readKeys } from './paths/params.ts'

const params = z
  .strictObject({
    from: z
      .union([fetchedUrl, entryPath], 'must be a URL of http(s), or an absolute path on the host')
      .describe('A URL, or a path on the host: tar as it is or in gzip, xz, zstd or bzip2, or zip.'),
    sha256: sha256Text.optional().describe('Of the archive; not to be left out for a URL.'),
    into: entryPath.describe(
      'The folder that it becomes: absent or empty before, so that a version has one of its own. Missing parents are made.',
    ),
    strip: z
      .number()
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe('How many folders at its top to leave out, such as the one `tool-1.4.2/`.'),
    creates: oneLine
      .refine(
        path => path !== '' && !/^\/|(^|\/)\.{0,2}(\/|$)/.test(path),
        'must be a plain relative path: without `.`, `..` and doubled slashes',
      )
      .describe('A path in `into` that is there once it is unpacked: `bin/tool`.'),
    owner: account.optional().describe('Of all that is in it; root when left out.'),
    group: account.optional().describe('Of all that is in it.'),
  })
  .refine(({ from, sha256 }) => from.startsWith('/') || sha256 !== undefined, {
    path: ['sha256'],
    message: 'is missing: what comes from the net is known by its hash',
  })

/** `archive {from, sha256, into, strip, creates, owner, group}`. */
export const archive = resource({
  type: 'archive',
  doc: 'A folder out of an archive: whole or not at all, with nothing in it that leads out of it.',
  undone: 'Nothing, and the plan says so: what was in the folder before is not kept.',
  params,
  examples: [
    {
      title: 'A release of a program, in a folder of its own',
      params: {
        from: 'https://example.org/releases/tool-1.4.2.tar.xz',
        sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
        into: '/opt/tool-1.4.2',
        strip: 1,
        creates: 'bin/tool',
      },
    },
    {
      title: 'One that is on the host',
      params: { from: '/root/site.zip', into: '/srv/site', creates: 'index.html', owner: 'www-data' },
    },
  ],
  identity: ({ into }) => into,
  library: [wayLibrary, lookLibrary, archiveLookLibrary, writeLibrary, fetchLibrary, archiveChangeLibrary],
  refuses: true,
  probe: ({ into, creates, owner, group }) =>
    sh`ops_archive_look ${into} ${creates} ${spelled(owner, '%U', '%u')} ${spelled(group, '%G', '%g')}`,
  parse: observation => {
    const { state = '', why, owner, group } = readKeys(observation, ['state'])
    return {
      state,
      ...(why !== undefined && { why }),
      ...(owner !== undefined && { owner }),
      ...(group !== undefined && { group }),
    }
  },
  desired: ({ owner, group }) => ({ state: 'present', owner, group }),
  impossible: ({ state, why, owner, group }, given) => {
    const { into, creates } = given
    if (state === 'refused') return String(why)
    const other =
      given.owner !== undefined && owner !== given.owner ? owner : given.group === group ? undefined : group
    if (state === 'present' && other !== undefined)
      return `${into} is there and belongs to ${other}: what is unpacked is not given to others, so \`chown -R\` it by hand, or take it away`
    if (state === 'occupied') return `${into} is there and is not a folder`
    return state === 'filled'
      ? `${into} is not empty and has no ${creates}: name a folder of its own, or take that one away first`
      : undefined
  },
  makesAbove: lackingDirectory,
  apply: (_change, { from, sha256, into, strip, creates, owner, group }) => [
    sh`ops_archive ${from} ${sha256 ?? ''} ${into} ${strip} ${creates} ${owner ?? ''} ${group ?? ''}`,
  ],
  owns: ({ into }) => [`path:${into}`],
  reads: given => [
    ...(given.from.startsWith('/') ? [`path:${given.from}` as const] : []),
    `path:${given.into}/`,
    ...accountClaims(given),
  ],
  affects: ({ into }) => [`path:${into}/`],
  applySeconds: 3600,
})

/** How stat(1) is to tell an owner or a group: by name, or by number as it was given. */
function spelled(account: string | undefined, name: string, id: string): string {
  if (account === undefined) return ''
  return /^\d+$/.test(account) ? id : name
}
