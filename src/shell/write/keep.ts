/** Shell that keeps what a file held before a run changed it: below /var/lib/ops/kept, bounded, with a journal. */
import { libraryOf } from '../library.ts'
import keepText from './keep.sh'

/** Part of the write library. `ops_keep PATH NAME` comes before the first change to a path in a run; NAME is where what
 * stands there can be read, empty where nothing does. */
export const keepFunctions = libraryOf('keep', keepText, 'apply')
