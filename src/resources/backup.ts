/** Copies in hard-linked generations that a source gone bad cannot replace. */

import { z } from 'zod'
import { counted } from '../base/counted.ts'
import { resource } from '../engine/step.ts'
import { type Shell, sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { backupChangeLibrary } from './backup/change.ts'
import { lastCopiesLibrary } from './backup/last-copies.ts'
import { backupLookLibrary } from './backup/look.ts'
import { dumpsLookLibrary } from './dumps/look.ts'
import { filesystemLookLibrary, readRecords, recordsOf } from './filesystems/look.ts'
import { sizeText } from './filesystems/space.ts'
import { lookLibrary } from './paths/look.ts'
import { entryPath, oneLine } from './paths/params.ts'

const params = z
  .strictObject({
    paths: z.array(entryPath).min(1).describe('Folders and files to copy, with all that is below them.'),
    to: entryPath.describe('The folder that holds the generations, best on a disk of its own.'),
    keep: z
      .int()
      .min(1)
      .default(14)
      .describe(
        'How many generations of these paths stay; of older ones the last good copies of files stay.',
      ),
    forget: z
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe(
        'Days after which last good copies of files that are gone or went bad may go too; left out: never.',
      ),
    shrink: z
      .int()
      .min(1)
      .max(99)
      .default(50)
      .describe('A path that lost this many percent of its bytes or files is refused.'),
    mayEmpty: z
      .array(oneLine.min(1))
      .default(['*.log', '*.lock', '*.pid'])
      .describe('Names of files that may become empty; others are refused then.'),
    exclude: z.array(oneLine.min(1)).default([]).describe('What to leave out, as patterns of rsync.'),
    acceptShrink: z.boolean().default(false).describe('An empty or shrunken source is meant to be so.'),
    checksum: z
      .boolean()
      .default(false)
      .describe('Compare contents too: reads everything, finds silent damage.'),
    attributes: z.boolean().default(true).describe('Copy ACLs and extended attributes.'),
    mounted: z
      .boolean()
      .default(false)
      .describe('Refuse a destination on the file system of the root folder.'),
  })
  .refine(({ paths, to }) => paths.every(path => !within(to, path)), {
    message: 'the destination lies within one of the paths',
    path: ['to'],
  })
  .refine(
    ({ paths }) =>
      paths.every((path, at) => paths.every((other, index) => index === at || !within(path, other))),
    {
      message: 'one path lies within another, or is named twice',
      path: ['paths'],
    },
  )

type BackupParams = z.output<typeof params>

const within = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`)

/** In the plan, beside why it is not. */
const goodSource = 'good to copy'

/** `backup {paths, to, keep?, forget?, shrink?, mayEmpty?, exclude?, acceptShrink?, checksum?, attributes?, mounted?}`. */
export const backup = resource({
  type: 'backup',
  doc: 'Copies in hard-linked generations (rsync); an empty, shrunken or unreadable source never replaces a good copy.',
  undone: 'Nothing, and the plan says so: generations that were made or taken away remain so.',
  params,
  examples: [
    { title: 'Two weeks of what matters', params: { paths: ['/etc', '/srv'], to: '/backup/daily' } },
    {
      title: 'A disk of its own, contents compared',
      params: {
        paths: ['/srv/app'],
        to: '/mnt/backup/app',
        keep: 30,
        mounted: true,
        checksum: true,
        exclude: ['cache/'],
      },
    },
  ],
  identity: ({ to }) => to,
  library: [
    wayLibrary,
    lookLibrary,
    filesystemLookLibrary,
    dumpsLookLibrary,
    backupLookLibrary,
    lastCopiesLibrary,
    backupChangeLibrary,
  ],
  probe: given => sh`ops_backup_look ${wordsOf(given)}`,
  parse: observation => {
    const records = readRecords(observation)
    const field = (kind: string): string => recordsOf(records, kind)[0]?.[0] ?? ''
    const refused = recordsOf(records, 'refused').map(fields => reason(fields))
    if (field('copy') === '') throw new TypeError(`the source was not judged: ${observation}`)
    return {
      copy: field('copy'),
      surplus: Number(field('surplus')),
      leftovers: Number(field('leftovers')),
      stale: Number(field('stale')),
      newest: recordsOf(records, 'generations')[0]?.[1] ?? 'none',
      source: refused.length === 0 ? goodSource : refused.join('; '),
    }
  },
  desired: () => ({ copy: 'current', surplus: 0, leftovers: 0, stale: 0, source: goodSource }),
  impossible: ({ source, newest }) => {
    if (source === goodSource) return undefined
    const kept = newest === 'none' ? 'nothing was copied' : `the copy of ${newest} is kept`
    return `${source} (${kept})`
  },
  apply: (_change, given) => [sh`ops_backup ${wordsOf(given)}`],
  notes: (detail, { to }) => {
    const [moved = 0, gone = 0, bytes = 0, others = 0, lasts = 0] = detail.trim().split(' ').map(Number)
    return [
      ...(moved + gone === 0
        ? []
        : [`${moved} to copy or to correct (${sizeText(bytes)}), ${gone} gone from the source`]),
      ...(others === 0
        ? []
        : [
            counted(
              others,
              'generation holds other paths and stays',
              'generations hold other paths and stay',
            ),
          ]),
      ...(lasts === 0
        ? []
        : [
            `the last good copies of files that are gone, or went bad, since older generations were taken away: ${to}/*.last (${lasts})`,
          ]),
    ]
  },
  reads: ({ paths }) => ['pkg:rsync', ...paths.map(path => `path:${path}/` as const)],
  owns: ({ to }) => [`path:${to}`],
  affects: ({ to }) => [`path:${to}/`],
  applySeconds: 86_400,
})

function wordsOf(given: BackupParams): readonly (string | number | Shell)[] {
  const { to, keep, forget, shrink, mayEmpty, exclude, acceptShrink, checksum, attributes, mounted, paths } =
    given
  const options = [
    '-aH',
    '--numeric-ids',
    '-R',
    ...(attributes ? ['-AX'] : []),
    ...(checksum ? ['--checksum'] : []),
    ...exclude.map(pattern => `--exclude=${pattern}`),
  ]
  const flags = `${acceptShrink ? 'a' : ''}${mounted ? 'm' : ''}${forget === undefined ? '' : `f${forget}`}`
  return [to, keep, shrink, mayEmpty.join('\n'), flags, options.length, ...options, ...paths]
}

const files = (count: number): string => counted(count, 'file')

/** Why a source must not replace its newest copy, and what to do. */
function reason([kind, path = '', text = '']: readonly string[]): string {
  const words = text.split(' ')
  const number = (at: number): number => Number(words[at])
  const amount = (at: number): string => `${files(number(at))} (${sizeText(number(at + 1))})`
  const meant = 'add --accept-shrink if that is meant'
  switch (kind) {
    case 'missing':
      return `${path} is not there: is its disk mounted? Leave it out if it is gone for good`
    case 'link':
      return `${path} is a symbolic link to ${text}: name that instead`
    case 'led':
      return text
    case 'theirs':
      return `${text}, and so could change the copies in ${path} or lead them elsewhere: choose a folder that only root may write to`
    case 'inside':
      return `the destination lies within ${path}`
    case 'occupied':
      return `${path} is there and is not a folder: choose another one for the copies`
    case 'unmounted':
      return `${path} is on the file system of /: is the backup disk mounted?`
    case 'unreadable':
      return `${path} cannot be read whole: ${text}`
    case 'altered':
      return `${files(number(0))} below ${path} with other contents than the copy, at the same size and time, first ${words.slice(1).join(' ')}: find out which is damaged, and \`touch\` the one in the source if that is right`
    case 'empty':
      return `${path} is empty now, its copy holds ${amount(0)}: ${meant}`
    case 'shrunken':
      return `${path} has shrunk to ${amount(0)}, its copy holds ${amount(2)}: ${meant}`
    case 'dwindled':
      return `${files(number(0))} below ${path}, dumps or archives, far smaller than before, first ${words.slice(3).join(' ')} with ${sizeText(number(1))} where ${sizeText(number(2))} is usual: ${meant}`
    case 'hollow':
      return `${text}: run the dump again, or leave it out (--may-empty); ${meant}`
    case 'emptied':
      return `${files(number(0))} below ${path} became empty, first ${words.slice(1).join(' ')}: ${meant}`
    default:
      return `${path}: ${text}`
  }
}
