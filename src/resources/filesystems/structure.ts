/** The structure of file systems that nobody is writing to, by the checkers' read-only modes. */
import type { Finding } from '../../engine/resource.ts'
import { libraryOf } from '../../shell/library.ts'
import { sh } from '../../shell/sh.ts'
import { type FilesystemLook, filesystemLookLibrary, finding, recordsOf } from './look.ts'
import structureText from './structure.sh'

/**
 * Prints `structure DEVICE TYPE VERDICT SAID`. VERDICT is `damaged`, `unfinished` (damaged, but its journal waits to be
 * replayed, which may mend it) or `headless` (its superblock is unreadable, a copy of it is not). Clean ones say nothing.
 */
export const structureLibrary = libraryOf('filesystem-structure', structureText)

/** The look. */
export const structureLook: FilesystemLook = {
  doc: 'file systems that are not mounted for writing are sound (fsck -n, xfs_repair -n, btrfs check --readonly)',
  library: [filesystemLookLibrary, structureLibrary],
  probe: ({ devices }) => sh`ops_told ops_structure_look ${devices}`,
  findings: records => recordsOf(records, 'structure').map(fields => structureFinding(fields)),
}

function structureFinding([device = '', type = '', verdict = '', said = '']: readonly string[]): Finding {
  const heard = said === '' ? '' : `: ${said}`
  switch (verdict) {
    case 'absent':
      return finding(`${device} is not there`, undefined, '`lsblk` shows the devices that are')
    case 'headless':
      return finding(
        `${device} holds ${type}, but its superblock is damaged${heard}`,
        undefined,
        `copy the device first, then ${repairOf(device, type)}`,
      )
    case 'unfinished':
      return finding(
        `${device} (${type}) has errors, and its journal waits to be replayed${heard}`,
        undefined,
        'mount it once, which replays the journal, unmount it and look again; what is left then is real',
      )
    default:
      return finding(
        `${device} (${type}) is damaged${heard}`,
        undefined,
        `copy the device first, then ${repairOf(device, type)}`,
      )
  }
}

function repairOf(device: string, type: string): string {
  if (type === 'btrfs') return `\`mount -o ro,rescue=all ${device}\` or \`btrfs restore\` to save its files`
  return `\`ops apply verify-filesystems HOST --repair ${device}\``
}
