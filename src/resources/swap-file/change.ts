/** Shell that makes, resizes and removes a swap file. */
import { libraryOf } from '../../shell/library.ts'
import swapChangeText from './swap-change.sh'

/**
 * Builds on the look and the write library. `ops_swap_present PATH BYTES PRIORITY LINE` makes the new file whole beside its place before the old one is let go, and puts that
 * back, in use as it was, where the kernel or fstab does not take the new one (97; 96: it could not). `ops_swap_absent PATH` takes it out of use, out of fstab, and away.
 */
export const swapChangeLibrary = libraryOf('swap-change', swapChangeText, 'apply')
