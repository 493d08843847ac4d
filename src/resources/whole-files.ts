/** Files that are empty, or that have suddenly shrunk beside their earlier generations. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { wayLibrary } from '../shell/write/way.ts'
import { dumpsLookLibrary } from './dumps/look.ts'
import { filesystemLookLibrary, lookNotes } from './filesystems/look.ts'
import { lookLibrary } from './paths/look.ts'
import { absolutePath } from './paths/params.ts'
import { findingsOf } from './whole-files/findings.ts'
import { wholeFilesLookLibrary } from './whole-files/look.ts'

const params = z.strictObject({
  path: absolutePath.describe('A file, or a folder with all that is below it on the same file system.'),
  shrink: z
    .int()
    .min(1)
    .max(99)
    .default(50)
    .describe(
      'A dump counts as shrunken when it is this many percent smaller than the median of the five before it.',
    ),
  strict: z.boolean().default(false).describe('What could not be looked at counts as a finding too.'),
})

/** `wholeFiles {path, shrink?, strict?}`. */
export const wholeFiles = resource({
  type: 'wholeFiles',
  doc: 'No file is empty, and no dump is suddenly smaller than its earlier generations; a look that changes nothing.',
  params,
  examples: [
    { title: 'Nightly dumps', params: { path: '/var/backups/db' } },
    { title: 'One file', params: { path: '/srv/app/config.json' } },
  ],
  identity: ({ path }) => path,
  library: [wayLibrary, lookLibrary, filesystemLookLibrary, dumpsLookLibrary, wholeFilesLookLibrary],
  probe: ({ path }) => sh`ops_told ops_whole ${path}`,
  parse: (observation, given) => ({ findings: findingsOf(observation, given).length }),
  desired: () => ({ findings: 0 }),
  findings: (observation, given) => findingsOf(observation, given),
  notes: (detail, { strict }) => lookNotes(detail, strict),
  reads: () => ['any:*'],
  owns: () => [],
})
