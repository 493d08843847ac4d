/** Brings a file or a folder back from the generations of `guarded-backup`. */
import { recipe, restoredBackup, z } from 'ops-recipes'

const path = z.string().startsWith('/', 'must be an absolute path')

export default recipe({
  summary:
    'A file or a folder back from a guarded-backup, proved by hash; without --path it lists generations.',
  description: `\`ops plan restore-backup HOST --from /backup/daily\` lists what is on the host: when each generation was made, how many files and
bytes it holds, and what is suspicious in it (far less than is usual, empty files, shrunken dumps). With \`--path\` the same for that
file or folder alone, and what would change.

\`ops apply\` brings it back: from the newest good generation, or from \`--generation\` (its name, or the beginning, such as
2026-11-22); to its own place, or into the folder \`--into\`. It comes with owner, mode, times, links, ACLs and extended attributes as the
copy has them, and the hash of each file is compared before it gets its name and once more at the end. A second run does nothing.

- What is missing is brought back; what is there beside the copy stays.
- A file with other content gives way and is kept in /var/lib/ops/kept (\`ops kept HOST\`). One that was changed after the copy was
  made is refused without \`--overwrite\`; something of another kind (a folder where the copy is a file) always.
- A run that is killed leaves whole files, old or new: the same command goes on.
- A difference in ACLs or extended attributes alone is not looked for: they come with what is brought back.
- \`GENERATION.last\` holds the last good copies of files that are gone or went bad; a single file is looked for there too.`,
  examples: [
    { title: 'What there is', verb: 'plan', params: { from: '/backup/daily' } },
    { title: 'A file, as it was last good', params: { from: '/backup/daily', path: '/srv/app/shop.sqlite' } },
    {
      title: 'A folder of one day, to another place',
      params: { from: '/backup/daily', path: '/srv/app', generation: '2026-11-22', into: '/root/before' },
    },
  ],
  params: {
    from: path.describe('The folder of the generations: --to of guarded-backup.'),
    path: path.optional().describe('The file or folder to bring back. Left out: generations are listed.'),
    generation: z.string().optional().describe('Its name or the beginning of it; newest: whatever it holds.'),
    into: path.optional().describe('Put it into this folder instead of its own place.'),
    overwrite: z
      .boolean()
      .default(false)
      .describe('Files that were changed after the copy was made give way too, and are kept.'),
  },
  steps: ({ params }) => [restoredBackup(params)],
})
