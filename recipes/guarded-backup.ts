/** Generations of copies that a source gone bad cannot replace. */
import { apt, backup, recipe, z } from 'ops-recipes'

const path = z.string().startsWith('/', 'must be an absolute path')

export default recipe({
  summary:
    'Copies in hard-linked generations; an empty, shrunken or unreadable source never replaces a good one.',
  description: `Each run that finds something changed makes one more generation below \`--to\`: a folder named by its time in UTC
(\`2026-11-22T031500Z\`) with the whole tree in it. What did not change is a hard link into the one before, so that a
generation costs what changed. \`ops apply restore-backup\` brings files back. A run that finds nothing changed does nothing.
\`--keep\` counts the generations that were made of just these paths (\`.ops-paths\` in each tells): backups of other paths may
share \`--to\`, and what was made before a path was added or left out stays until you remove it.

The last good copy of a file is never taken away: what only an older generation holds of it, because it is gone from the source
or was emptied or shrank since, stays in \`GENERATION.last\` until a newer copy is as good. What was renamed counts as gone. Remove what was
deleted on purpose by hand, or let \`--forget DAYS\` do so. Of dumps and logs whose names differ in numbers, a newer one stands for the older ones.

Nothing is copied, nothing is taken away, and the run fails loudly (exit code 1), when a path

- is not there, or cannot be read whole (a failing disk);
- is empty, or has lost \`--shrink\` percent of its bytes or files against the newest copy (a disk that is not mounted, a
  dump that went wrong): \`--accept-shrink\` says that it was meant;
- holds files that have become empty, unless their names match \`--may-empty\`;
- holds a dump or an archive (by its name: .sql, .dump, .tar, .gz and the like) that is \`--shrink\` percent smaller than its own
  copy, or than the median of its earlier ones where names differ in numbers; or a new one that unpacks to nothing, has no
  file in it, or holds only the complaint of the program that was to make it;
- with \`--checksum\`: holds files with other contents than their copies, though size and time are the same (silent damage).

A copy that is not finished has a name with a dot and never looks like a generation; the next run uses what it holds and
clears it away. Before it gets its name it is compared with the source again. \`--mounted\` refuses to fill the root file
system when the backup disk is not there. The copies are on the host itself: protect the disk they are on.`,
  examples: [
    { title: 'Two weeks of what matters', params: { paths: ['/etc', '/srv'], to: '/backup/daily' } },
    {
      title: 'A month on a disk of its own, contents compared',
      params: { paths: ['/srv/app'], to: '/mnt/backup/app', keep: 30, mounted: true, checksum: true },
    },
  ],
  params: {
    paths: z.array(path).min(1).describe('Folders and files to copy.'),
    to: path.describe('The folder that holds the generations, best on a disk of its own.'),
    keep: z.number().int().min(1).default(14).describe('How many generations of these paths stay.'),
    forget: z
      .number()
      .int()
      .min(1)
      .max(36_500)
      .optional()
      .describe('Days after which last copies of files that are gone may go; left out: never.'),
    shrink: z
      .number()
      .int()
      .min(1)
      .max(99)
      .default(50)
      .describe('Percent of bytes or files that a path may lose.'),
    acceptShrink: z.boolean().default(false).describe('An empty or shrunken source is meant to be so.'),
    mayEmpty: z
      .array(z.string())
      .default(['*.log', '*.lock', '*.pid'])
      .describe('Names that may become empty.'),
    exclude: z.array(z.string()).default([]).describe('What to leave out, as patterns of rsync.'),
    checksum: z.boolean().default(false).describe('Compare contents too: reads everything.'),
    attributes: z.boolean().default(true).describe('Copy ACLs and extended attributes.'),
    mounted: z
      .boolean()
      .default(false)
      .describe('Refuse a destination on the file system of the root folder.'),
  },
  steps: ({ params }) => [apt({ packages: ['rsync'] }), backup(params)],
})
