/** Errors that file systems and arrays have counted themselves. */
import type { Finding } from '../../engine/resource.ts'
import { libraryOf } from '../../shell/library.ts'
import { sh } from '../../shell/sh.ts'
import errorsText from './errors.sh'
import { type FilesystemLook, filesystemLookLibrary, finding, recordsOf } from './look.ts'

/**
 * Prints `ext DEVICE COUNT FIRST LAST FUNCTION` and `btrfs DEVICE KIND COUNT` where a count is not 0, and
 * `array NAME MISSING`. The kernel's own word in /sys comes first, then the superblock on the disk.
 */
const errorsLibrary = libraryOf('filesystem-errors', errorsText)

/** The look. */
export const errorsLook: FilesystemLook = {
  doc: 'ext4 and btrfs have counted no errors, no array misses a disk',
  library: [filesystemLookLibrary, errorsLibrary],
  probe: () => sh`ops_told ops_errors_look`,
  findings: records => [
    ...recordsOf(records, 'ext').map(([device = '', count, first, last, where]) => {
      const latest = last === undefined || last === first ? '' : `, the last ${lastText(last)}`
      return finding(
        `${device} has counted ${count} error${count === '1' ? '' : 's'}${where ? ` in ${where}` : ''}${latest}`,
        first,
        `unmount it and look with \`fsck -n ${device}\`; a repair sets the counter back`,
      )
    }),
    ...btrfsFindings(recordsOf(records, 'btrfs')),
    ...recordsOf(records, 'array').map(([name, missing]) =>
      finding(
        `the array /dev/${name} misses ${missing} of its disks`,
        undefined,
        `\`mdadm --detail /dev/${name}\` says which: replace it before the next one fails`,
      ),
    ),
  ],
}

const lastText = (seconds: string): string => finding('', seconds, '').since ?? 'unknown when'

/** One line a device, with all its counters. */
function btrfsFindings(records: readonly (readonly string[])[]): readonly Finding[] {
  const devices = [...new Set(records.map(([device = '']) => device))]
  return devices.map(device => {
    const counts = records.filter(([each]) => each === device).map(([, kind, count]) => `${count} ${kind}`)
    return finding(
      `btrfs on ${device} has counted ${counts.join(', ')}`,
      undefined,
      'run `btrfs scrub start -B` on its mount point, restore what it cannot repair, check the disk (SMART), then `btrfs device stats -z`',
    )
  })
}
