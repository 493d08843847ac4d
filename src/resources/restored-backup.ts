/** A file or a tree as a generation of copies holds it: what `ops apply restore-backup` makes its plan of. */

import { z } from 'zod'
import { counted } from '../base/counted.ts'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { writeLibrary } from '../shell/write-library.ts'
import { filesystemLookLibrary, readRecords, recordsOf } from './filesystems/look.ts'
import { sizeText } from './filesystems/space.ts'
import { lookLibrary } from './paths/look.ts'
import { entryPath } from './paths/params.ts'
import { restoreLibrary } from './restored-backup/bring.ts'
import { compareLibrary } from './restored-backup/compare.ts'
import { generationsLibrary } from './restored-backup/generations.ts'
import { restoreLookLibrary } from './restored-backup/look.ts'

const params = z
  .strictObject({
    from: entryPath.describe('The folder of the generations, on the host: the `to` of a `backup`.'),
    path: entryPath
      .optional()
      .describe('The file or folder to bring back, by its own path. Left out: generations are listed.'),
    generation: z
      .string()
      .regex(
        /^(newest|\d{4}(-\d\d(-\d\d(T\d{0,6}Z?(\.last)?)?)?)?)$/,
        'must be the name of a generation or its beginning, such as 2026-11-22, or `newest`',
      )
      .optional()
      .describe(
        'Which one, by name or its beginning; `newest`: whatever it holds. Left out: the newest good one.',
      ),
    into: entryPath
      .optional()
      .describe('Put it into this folder, under its own name, and leave its place alone.'),
    overwrite: z
      .boolean()
      .default(false)
      .describe('Files that were changed after the copy was made give way too; what they hold is kept.'),
  })
  .refine(({ from, into }) => into === undefined || !`${into}/`.startsWith(`${from}/`), {
    message: 'must not lie among the copies',
    path: ['into'],
  })

type Params = z.output<typeof params>

/** `restoredBackup {from, path?, generation?, into?, overwrite?}`. */
export const restoredBackup = resource({
  type: 'restoredBackup',
  doc: 'A file or a tree brought back from a generation that `backup` made, proved by hash; without `path` it lists generations.',
  undone: 'Files that it replaced are put back; what it added stays.',
  params,
  examples: [
    { title: 'What is there', params: { from: '/backup/daily' } },
    { title: 'A file, as it was last good', params: { from: '/backup/daily', path: '/srv/app/shop.sqlite' } },
    {
      title: 'A folder of one day, beside',
      params: { from: '/backup/daily', path: '/srv/app', generation: '2026-11-22', into: '/root/app-before' },
    },
  ],
  identity: ({ from, path }) => path ?? from,
  library: [
    wayLibrary,
    lookLibrary,
    filesystemLookLibrary,
    generationsLibrary,
    compareLibrary,
    restoreLookLibrary,
    writeLibrary,
    restoreLibrary,
  ],
  refuses: true,
  probe: ({ from, path = '', generation = '', into = '' }) =>
    sh`ops_restore_look ${from} ${path} ${generation} ${into}`,
  parse: (observation, { path }) => {
    const records = readRecords(observation)
    const first = (kind: string): string => recordsOf(records, kind)[0]?.[0] ?? ''
    const counts = new Map(recordsOf(records, 'count').map(([kind = '', count]) => [kind, Number(count)]))
    const count = (kind: string): number => counts.get(kind) ?? 0
    const refused = first('refused')
    if (refused === '' && first(path === undefined ? 'listed' : 'hash') === '' && path !== undefined)
      throw new TypeError(`not an observation of copies: ${observation}`)
    return {
      generation: first('chosen') === '' ? 'none' : first('chosen'),
      copy: refused === '' ? 'at hand' : 'not at hand',
      why: refused,
      missing: count('missing'),
      'other content': count('changed'),
      'changed since': count('newer'),
      'other mode or owner': count('attributes') + count('folder'),
      'other kind': count('other'),
      'other names': count('linked'),
    }
  },
  desired: ({ path }) =>
    path === undefined
      ? { copy: 'at hand' }
      : {
          copy: 'at hand',
          missing: 0,
          'other content': 0,
          'changed since': 0,
          'other mode or owner': 0,
          'other kind': 0,
        },
  impossible: (actual, { overwrite }, detail = '') => {
    if (actual.why !== '') return String(actual.why)
    const [other, newer] = [actual['other kind'], actual['changed since']]
    const first = (kind: string): string => entriesOf(detail).find(each => each.kind === kind)?.path ?? ''
    const named = (kind: string): string => (first(kind) === '' ? '' : `, first ${first(kind)}`)
    if (Number(other) > 0)
      return `something of another kind than the copy (a file, a folder, a link) is in ${other === 1 ? 'one place' : `${other} places`}${named('other')}: move it away, or choose another folder with --into`
    const linked = actual['other names']
    if (Number(linked) > 0)
      return `${linked === 1 ? 'one file that differs has' : `${linked} files that differ have`} other names (hard links)${named('linked')}, and would be parted from them: --into DIR puts the copy elsewhere, from where \`cat COPY >FILE\` changes all names of a file`
    if (Number(newer) > 0 && !overwrite)
      return `${newer === 1 ? 'one file was' : `${newer} files were`} changed after the copy of ${actual.generation} was made${named('newer')}: --overwrite brings the copy back and keeps what is there now, --into DIR puts it elsewhere`
    return undefined
  },
  apply: ({ actual }, { from, path = '', into = '', overwrite }) => [
    sh`ops_bring ${from} ${path} ${String(actual.generation ?? '')} ${into} ${overwrite ? 'yes' : ''}`,
  ],
  notes: (detail, given) => notesOf(detail, given),
  reads: ({ from }) => [`path:${from}/`],
  owns: given => (given.path === undefined ? [] : [`path:${placeOf(given)}`]),
  affects: given =>
    given.path === undefined ? [] : [`path:${placeOf(given)}`, `path:${placeOf(given)}/` as const],
  applySeconds: 86_400,
})

function placeOf({ path = '', into }: Params): string {
  return into === undefined ? path : `${into === '/' ? '' : into}/${path.slice(path.lastIndexOf('/') + 1)}`
}

interface Entry {
  readonly kind: string
  readonly path: string
}

function entriesOf(detail: string): readonly Entry[] {
  return detail.split('\n').flatMap(line => {
    const [kind, what = '', path = ''] = line.split('\t')
    return kind === 'entry' ? [{ kind: what, path }] : []
  })
}

const does: Readonly<Record<string, string>> = {
  missing: 'is missing, is brought back',
  changed: 'has other content, gives way to its copy and is kept',
  newer: 'was changed after the copy was made',
  attributes: 'has another mode or owner than its copy',
  folder: 'has another mode or owner than its copy',
  other: 'is of another kind than its copy',
  linked: 'has other names (hard links), from which its copy would part it',
}

const shownGenerations = 30

function notesOf(detail: string, given: Params): string[] {
  const lines = detail.split('\n').map(line => line.split('\t'))
  const generations = lines.flatMap(([kind, name = '', files = '', bytes = '', suspicion = '']) =>
    kind === 'generation' ? [{ name, files, bytes, suspicion }] : [],
  )
  const left = generations.length - shownGenerations
  const list = generations.slice(-shownGenerations).map(({ name, files, bytes, suspicion }) => {
    const what = `${name}: ${files} ${files === '1' ? 'file' : 'files'}, ${sizeText(Number(bytes))}`
    return suspicion === '' ? what : `${what}; suspicious: ${suspicion}`
  })
  const chosen = lines.find(([kind]) => kind === 'chosen')?.[1]
  const beside = Number(lines.find(([kind]) => kind === 'beside')?.[1] ?? 0)
  return [
    ...(left > 0 ? [`${left} older generations are not shown`] : []),
    ...list,
    ...(chosen === undefined
      ? []
      : [`from ${chosen}${given.generation === undefined ? ', the newest good one' : ''}`]),
    ...entriesOf(detail).map(({ kind, path }) =>
      kind === 'newer' && given.overwrite
        ? `${path} ${does.newer}, gives way to it and is kept`
        : `${path} ${does[kind] ?? kind}`,
    ),
    ...lines.flatMap(([kind, what = '', count = '']) =>
      kind === 'more' ? [`${count} more: ${does[what] ?? what}`] : [],
    ),
    ...(beside > 0
      ? [
          `${counted(beside, 'name is', 'names are')} there beside the copy, and ${beside === 1 ? 'stays' : 'stay'}`,
        ]
      : []),
    ...(given.path === undefined && list.length > 0
      ? ['--path PATH brings a file or a folder back, from the newest good one or from --generation NAME']
      : []),
  ]
}
