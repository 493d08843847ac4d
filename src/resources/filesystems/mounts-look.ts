/** Shell that reads /etc/fstab, what it leads to, and what is mounted. */
import { libraryOf } from '../../shell/library.ts'
import mountsLookText from './mounts-look.sh'

/**
 * Prints `fstab SPEC TARGET TYPE OPTIONS DEVICE NUMBER` (device and `major:minor` that the spec leads to, `-` where none is
 * meant, empty where none is found), `unparsed LINE TEXT` of lines that mount skips, `mount NUMBER ROOT TARGET OPTIONS TYPE SOURCE SUPER`, `swap DEVICE`, `dead TARGET`, and
 * `fellback DEVICE SECONDS`, when the kernel said so.
 */
export const mountsLookLibrary = libraryOf('mounts-look', mountsLookText)
