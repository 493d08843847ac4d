/** One read-only look at disks and file systems: what it finds wrong is drift. */
import { z } from 'zod'
import type { Finding } from '../engine/resource.ts'
import { resource } from '../engine/step.ts'
import { errorsLook } from './filesystems/errors.ts'
import { kernelLook } from './filesystems/kernel.ts'
import { type FilesystemLook, lookNotes, missedFindings, readRecords } from './filesystems/look.ts'
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
  strict: z.boolean().default(false).describe('What could not be looked at counts as a finding too.'),
})

type Params = z.output<typeof params>

function findingsOf(observation: string, given: Params): readonly Finding[] {
  const records = readRecords(observation)
  return [...looks[given.look].findings(records, given), ...(given.strict ? missedFindings(records) : [])]
}

/** `filesystems {look, space?, inodes?, days?, devices?, except?, strict?}`. */
export const filesystems = resource({
  type: 'filesystems',
  doc: 'A read-only look at disks and file systems: what it finds wrong is drift, one line each.',
  params,
  examples: [
    { title: 'Mounted as written in /etc/fstab', params: { look: 'mounts', except: ['/mnt/stick'] } },
    { title: 'Space and inodes', params: { look: 'space', space: 80, inodes: 80 } },
    { title: 'Error counters of ext4 and btrfs', params: { look: 'errors' } },
    { title: 'Sound, where nobody writes', params: { look: 'structure', devices: ['/dev/vg/archive'] } },
    { title: "The kernel's complaints of a month", params: { look: 'kernel', days: 30 } },
    { title: 'What disks say of themselves, each of them', params: { look: 'smart', strict: true } },
  ],
  identity: ({ look }) => look,
  library: [...new Set(names.flatMap(name => looks[name].library))],
  probe: given => looks[given.look].probe(given),
  parse: (observation, given) => ({ findings: findingsOf(observation, given).length }),
  desired: () => ({ findings: 0 }),
  findings: findingsOf,
  notes: (detail, { strict }) => lookNotes(detail, strict),
  reads: () => ['any:*'],
  owns: () => [],
})
