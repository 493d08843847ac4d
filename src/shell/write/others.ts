/** Shell by which links and removals of a group, one system call each, reach the disk together: by one sync for all of them. */
import { libraryOf } from '../library.ts'
import othersText from './others.sh'

/**
 * Part of the write library. Where the engine joins steps (`ops_joined`), `ops_with_others` does a change of a name without its
 * sync, and `ops_others_synced` makes up for it before the group is proved: of each file system, or of one or two directories alone.
 * Until then each stage stays written down.
 */
export const othersFunctions = libraryOf('others', othersText, 'apply')
