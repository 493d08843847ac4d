/** Shell that keeps the last good copy of each file when the generation that holds it is taken away. */
import { libraryOf } from '../../shell/library.ts'
import lastCopiesText from './last-copies.sh'

/**
 * - `ops_last_keep GENERATION` makes `GENERATION.last` of those of its files of which no newer generation holds a copy that is as
 *   good: hard links, in their folders. Nothing where there is no such file.
 * - `ops_last_drop GENERATION.last` removes those that a newer copy as good stands for by now.
 *
 * A copy is as good when it holds something and is not `ops_shrink` percent smaller; of names that match `ops_may` any will do. Of
 * dumps and logs whose names differ in numbers, which come and go by turns, one more of the series stands for those before it.
 * They go by paths below `ops_to`, which only root may write to.
 */
export const lastCopiesLibrary = libraryOf('last-copies', lastCopiesText, 'apply')
