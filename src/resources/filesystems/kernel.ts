/** What the kernel has said about disks and file systems that fail. */
import { libraryOf } from '../../shell/library.ts'
import { sh } from '../../shell/sh.ts'
import kernelText from './kernel.sh'
import { type FilesystemLook, filesystemLookLibrary, finding, recordsOf } from './look.ts'

/** Prints `kernel DEVICE KIND COUNT FIRST LAST SAMPLE`, one for each device and kind (`disk` or `filesystem`). */
const kernelLibrary = libraryOf('filesystem-kernel', kernelText)

/** The look. */
export const kernelLook: FilesystemLook = {
  doc: 'the kernel has reported no failing disk or file system lately',
  library: [filesystemLookLibrary, kernelLibrary],
  probe: ({ days }) => sh`ops_told ops_kernel_look ${days}`,
  findings: records =>
    recordsOf(records, 'kernel').map(([device = '', kind, count, first, , sample]) =>
      finding(
        `the kernel reported ${count} ${kind === 'disk' ? 'I/O' : 'file system'} error${count === '1' ? '' : 's'} of ${device}, the first: ${sample}`,
        first,
        kind === 'disk'
          ? 'check cable and controller, check the disk (SMART), copy what it holds, replace it'
          : `unmount it and look with \`fsck -n\`; check the disk below it (SMART)`,
      ),
    ),
}
