/** Repairs a file system that nothing has mounted: the one writing part of the looks at disks. */
import { z } from 'zod'
import { resource } from '../engine/step.ts'
import { library } from '../shell/library.ts'
import { sh } from '../shell/sh.ts'
import { filesystemLookLibrary, readRecords, recordsOf } from './filesystems/look.ts'
import { structureLibrary } from './filesystems/structure.ts'
import { absolutePath } from './paths/params.ts'

const params = z.strictObject({
  device: absolutePath
    .refine(path => path.startsWith('/dev/'), 'must be a device, below /dev')
    .describe('The device, such as /dev/sdb1. It must not be mounted anywhere.'),
})

const repairLookLibrary = library('filesystem-repair-look')`
  ops_repair_look() {
    [ "$(id -u)" = 0 ] || { echo "ops: $1: only root can read disks" >&2; return 1; }
    ops_mounts_seen=$(ops_all_mounts) ops_named=1 ops_type= ops_as= ops_verdict=
    ops_structure "$1"
    printf 'type\t%s\nmounted\t%s\nsaid\t%s\n' "$ops_type" "$ops_as" "$ops_said"
    if [ -n "$ops_verdict" ] && ops_wants_detail; then printf '%s\n' "$ops_type" | ops_detail 0; fi
  }
`

/** `ops_repair DEVICE`: what e2fsck overwrites is kept for e2undo, as far as there is room for it. */
const repairLibrary = library('filesystem-repair', 'apply')`
  ops_repair() {
    case $(ops_name=$(readlink -f -- "$1") && ops_name=\${ops_name##*/} && ops_superblock "$1" && echo "$ops_type") in
      ext[234])
        mkdir -p /var/lib/ops/kept && chmod 0700 /var/lib/ops /var/lib/ops/kept
        # What one run mends can bring to light what the next one has to: until nothing is left.
        for ops_round in 1 2 3 4; do
          ops_undo=/var/lib/ops/kept/\${1##*/}-$OPS_NONCE.$ops_round.e2undo
          ops_code=0
          e2fsck -f -y -z "$ops_undo" "$1" || ops_code=$?
          # Over a damaged beginning nothing can be kept for e2undo: once more without it.
          if [ "$ops_code" -gt 2 ]; then ops_code=0; e2fsck -f -y "$1" || ops_code=$?; fi
          [ ! -s "$ops_undo" ] || echo "what was overwritten is kept: e2undo $ops_undo $1 takes it back, the last one first"
          ! e2fsck -f -n "$1" >/dev/null 2>&1 || return 0
        done
        echo "e2fsck gave up with exit code $ops_code: what it overwrote is kept in /var/lib/ops/kept for e2undo" >&2
        return 1
        ;;
      xfs) xfs_repair "$1" || { echo "xfs_repair gave up: copy the device before anything else is tried" >&2; return 1; };;
      *) echo "$1 holds nothing that can be repaired" >&2; return 1;;
    esac
  }
`

/** `repairedFilesystem {device}`. */
export const repairedFilesystem = resource({
  type: 'repairedFilesystem',
  doc: 'Repairs ext4 or XFS on a device that is not mounted (e2fsck -y, xfs_repair); copy the device before.',
  params,
  examples: [
    { title: 'A partition', params: { device: '/dev/sdb1' } },
    { title: 'A logical volume', params: { device: '/dev/vg/archive' } },
  ],
  identity: ({ device }) => device,
  library: [filesystemLookLibrary, structureLibrary, repairLookLibrary, repairLibrary],
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
