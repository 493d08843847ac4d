/** Shell that stages what is written as one with others, where it is plain enough for that. */
import { libraryOf } from '../library.ts'
import heldText from './held.sh'

/**
 * Part of the write library; see `joinedFunctions`. `ops_hold` stages one file, or one more edit of the last one, and notes in
 * numbered variables what has to be known of it until it has its name.
 */
export const heldFunctions = libraryOf('held', heldText, 'apply')
