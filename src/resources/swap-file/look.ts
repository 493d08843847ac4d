/** Shell that looks at a swap file. */
import { libraryOf } from '../../shell/library.ts'
import swapLookText from './swap-look.sh'

/**
 * `ops_swap_look PATH` prints what `ops_paths` says of it, and of a file `size=` and `space=yes|no|empty`; `active=no`, `yes PRIORITY` or
 * `deleted`; `fstab=` its line (`none`); `rights=yes` or why the kernel lets nobody here set swap; `type=` of the file system.
 */
export const swapLookLibrary = libraryOf('swap-look', swapLookText)
