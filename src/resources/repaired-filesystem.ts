/** Repairs a file system that nothing has mounted: the one writing part of the looks at disks. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { sh } from '../shell/sh.ts'
import { filesystemLookLibrary, readRecords, recordsOf } from './filesystems/look.ts'
import { structureLibrary } from './filesystems/structure.ts'
import { absolutePath } from './paths/params.ts'
import { repairChangeLibrary } from './repaired-filesystem/change.ts'
import { repairLookLibrary } from './repaired-filesystem/look.ts'

const params = z.strictObject({
  device: absolutePath
    .refine(path => path.startsWith('/dev/'), 'must be a device, below /dev')
    .describe('The device, such as /dev/sdb1. It must not be mounted anywhere.'),
})

/** `repairedFilesystem {device}`. */
export const repairedFilesystem = resource({
  type: 'repairedFilesystem',
  doc: 'Repairs ext4 or XFS on a device that is not mounted (e2fsck -y, xfs_repair); copy the device before.',
  undone: 'Nothing, and the plan says so: what fsck mended remains so.',
  params,
  examples: [
    { title: 'A partition', params: { device: '/dev/sdb1' } },
    { title: 'A logical volume', params: { device: '/dev/vg/archive' } },
  ],
  identity: ({ device }) => device,
  library: [filesystemLookLibrary, structureLibrary, repairLookLibrary, repairChangeLibrary],
  probe: ({ device }) => sh`ops_repair_look ${device}`,
  parse: observation => {
    const records = readRecords(observation)
    const field = (kind: string): string => recordsOf(records, kind)[0]?.[0] ?? ''
    const [found] = recordsOf(records, 'structure')
    const state = found?.[2] ?? (field('said') !== '' ? 'unknown' : field('type') === '' ? 'empty' : 'sound')
    return {
      state,
      type: field('type'),
      mounted: field('mounted') || 'no',
      said: found?.[3] ?? field('said'),
    }
  },
  desired: () => ({ state: 'sound' }),
  impossible: ({ state, type, mounted, said }, { device }) => {
    if (state === 'absent') return 'there is no such device'
    if (mounted !== 'no')
      return `it is mounted; \`umount ${device}\` first: a repair under a mount destroys it`
    if (state === 'empty') return 'it holds no file system that can be repaired (ext4, XFS)'
    if (state === 'unknown') return String(said)
    if (type === 'btrfs') {
      return 'btrfs has no repair that can be trusted: save its files (`mount -o ro,rescue=all`, `btrfs restore`), make it anew'
    }
    if (type === 'xfs' && state === 'unfinished') {
      return 'its log waits to be replayed: mount it once, unmount it, and look again'
    }
    return undefined
  },
  apply: (_change, { device }) => [sh`ops_repair ${device}`],
  notes: (detail, { device }) =>
    detail === ''
      ? []
      : [
          'a repair makes the structure sound, not the files whole: what it cannot place is cleared or goes to lost+found; copy the device first',
          ...(detail.startsWith('ext')
            ? [
                `what e2fsck overwrites is kept on the host, as far as it can be: /var/lib/ops/kept/${device.slice(device.lastIndexOf('/') + 1)}-*.e2undo; \`e2undo FILE ${device}\` takes it back, the last one first`,
              ]
            : []),
        ],
  owns: ({ device }) => [`path:${device}`],
  applySeconds: 86_400,
})
