/** Can I trust these disks? Looks at everything that would know, and writes nothing. */
import { filesystems, mysqlTables, recipe, repairedFilesystem, wholeFiles, z } from 'ops-recipes'

const path = z.string().startsWith('/', 'must be an absolute path')
const device = z.string().startsWith('/dev/', 'must be a device, below /dev')
const percent = z.number().int().min(1).max(100).default(90)

export default recipe({
  summary: 'Can I trust these disks? Mounts, error counters, kernel log, SMART, structure, space; read-only.',
  description: `Made for \`ops check verify-filesystems HOST\`: exit code 0 when nothing is wrong, 2 with one line for each
finding: what, since when if that is known, and what to do. Each step says what it looked at, and what it could not look at (no
smartctl, no readable kernel log): that is a finding with \`--strict\`. Nothing is installed and nothing is written.

- Every entry of /etc/fstab resolves and is mounted as written; nothing fell back to read-only; what is mounted answers.
- Errors that ext4 and btrfs have counted, arrays that miss a disk, I/O errors in the kernel's log, SMART.
- \`e2fsck -n\`, \`xfs_repair -n\` and \`btrfs check --readonly\` on what is not mounted for writing, never otherwise. This reads
  all metadata, which takes its time on large disks: \`--devices\` names a few, \`--no-structure\` leaves it out.
- \`--no-empty PATH\` finds files of 0 bytes, and dumps that are suddenly far smaller than the ones before them in their
  series (\`db-2026-11-21.sql.gz\`, \`daily.3/db.tar\`). Files whose names mark a folder, such as .gitkeep, may be empty.
- \`--mysql\` has MySQL or MariaDB check all tables, through its socket. The check reads every table.

\`ops apply verify-filesystems HOST --repair DEVICE\` is the only part that writes. It looks at that device alone, asks, and
refuses what is mounted. Copy the device first: what e2fsck overwrites is kept for e2undo, XFS has no such way back.`,
  examples: [
    { title: 'All disks', verb: 'check', params: {} },
    {
      title: 'With dumps and the database',
      verb: 'check',
      params: { noEmpty: ['/var/backups', '/srv/dumps'], mysql: true },
    },
    { title: 'No disk left out', verb: 'check', params: { strict: true } },
    { title: 'Repair what was found', params: { repair: '/dev/sdb1' } },
  ],
  params: {
    noEmpty: z.array(path).default([]).describe('Files and folders without 0-byte files and shrunken dumps.'),
    mysql: z.boolean().default(false).describe('Check the tables of MySQL or MariaDB too.'),
    space: percent.describe('Percent of its space that a file system may use.'),
    inodes: percent.describe('Percent of its inodes that it may use.'),
    shrink: percent.default(50).describe('Percent that a dump may be smaller than the smallest before it.'),
    days: z.number().int().min(1).max(3650).default(7).describe("How many days of the kernel's log count."),
    except: z.array(path).default([]).describe('Mount points to leave out.'),
    structure: z.boolean().default(true).describe('Check the structure of what is not mounted for writing.'),
    devices: z.array(device).default([]).describe('Check the structure of these devices alone.'),
    strict: z.boolean().default(false).describe('What could not be looked at is a finding too.'),
    repair: device.optional().describe('Repair this device, which must not be mounted; does nothing else.'),
  },
  steps: ({ params }) => {
    if (params.repair !== undefined) return [repairedFilesystem({ device: params.repair })]
    const { space, inodes, days, except, devices, shrink, strict } = params
    return [
      filesystems({ look: 'mounts', except, strict }),
      filesystems({ look: 'errors', strict }),
      filesystems({ look: 'kernel', days, strict }),
      filesystems({ look: 'smart', strict }),
      params.structure && filesystems({ look: 'structure', devices, strict }),
      filesystems({ look: 'space', space, inodes, except, strict }),
      params.noEmpty.map(path => wholeFiles({ path, shrink, strict })),
      params.mysql && mysqlTables({}),
    ]
  },
})
