/** Shell that says what there is to bring back, and how much of it differs from what is in its place. */
import { libraryOf } from '../../shell/library.ts'
import restoreLookText from './restore-look.sh'

/**
 * `ops_restore_look FROM PATH WANTED INTO` lists what there is and, where PATH is not empty, prints `chosen NAME`, how many of each
 * kind differ, and a hash of all that. Where something cannot be done: `refused TEXT`.
 */
export const restoreLookLibrary = libraryOf('restore-look', restoreLookText)
