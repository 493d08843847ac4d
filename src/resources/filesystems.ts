/** One read-only look at disks and file systems: what it finds wrong is drift. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { errorsLook } from './filesystems/errors.ts'
import { kernelLook } from './filesystems/kernel.ts'
import { type FilesystemLook, readRecords } from './filesystems/look.ts'
import { mountsLook } from './filesystems/mounts.ts'
import { smartLook } from './filesystems/smart.ts'
import { spaceLook } from './filesystems/space.ts'
import { structureLook } from './filesystems/structure.ts'
import { absolutePath } from './paths/params.ts'

const looks = {
  mounts: mountsLook,
  errors: errorsLook,
  kernel: kernelLook,
  smart: smartLook,
  structure: structureLook,
  space: spaceLook,
} as const satisfies Record<string, FilesystemLook>

type LookName = keyof typeof looks

const names = Object.keys(looks) as [LookName, ...LookName[]]

const params = z.strictObject({
  look: z
    .enum(names)
    .describe(`What must be true. ${names.map(name => `${name}: ${looks[name].doc}`).join('. ')}.`),
  space: z
    .int()
    .min(1)
    .max(101)
    .default(90)
    .describe('Percent of its space that a file system may use (space).'),
  inodes: z.int().min(1).max(101).default(90).describe('Percent of its inodes that it may use (space).'),
  days: z.int().min(1).max(3650).default(7).describe('How many days of the log count (kernel).'),
  devices: z
    .array(absolutePath.refine(path => path.startsWith('/dev/'), 'must be a device, below /dev'))
    .default([])
    .describe('Check these alone; left out: all that are not mounted for writing (structure).'),
  except: z.array(absolutePath).default([]).describe('Mount points to leave out (mounts, space).'),
})

/** `filesystems {look, space?, inodes?, days?, devices?, except?}`. */
export const filesystems = resource<z.output<typeof params>, z.input<typeof params>>({
  type: 'filesystems',
  doc: 'A read-only look at disks and file systems: what it finds wrong is drift, one line each.',
  params,
  examples: [
    { title: 'Mounted as written in /etc/fstab', params: { look: 'mounts', except: ['/mnt/stick'] } },
    { title: 'Space and inodes', params: { look: 'space', space: 80, inodes: 80 } },
    { title: 'Error counters of ext4 and btrfs', params: { look: 'errors' } },
    { title: 'Sound, where nobody writes', params: { look: 'structure', devices: ['/dev/vg/archive'] } },
    { title: "The kernel's complaints of a month", params: { look: 'kernel', days: 30 } },
    { title: 'What disks say of themselves', params: { look: 'smart' } },
  ],
  identity: ({ look }) => look,
  library: [...new Set(names.flatMap(name => looks[name].library))],
  probe: given => looks[given.look].probe(given),
  parse: (observation, given) => ({
    findings: looks[given.look].findings(readRecords(observation), given).length,
  }),
  desired: () => ({ findings: 0 }),
  findings: (observation, given) => looks[given.look].findings(readRecords(observation), given),
  notes: detail => detail.split('\n').flatMap(line => (line === '' ? [] : [`not asked: ${line}`])),
  reads: () => ['any:*'],
  owns: () => [],
})
