/** Shell that tells whether a directory, and all on the way to it, is ours alone: then a path is as good as standing there. */
import { libraryOf } from '../library.ts'
import ownWayText from './own-way.sh'

/**
 * `ops_own_way` is of `ops_dir`, a real path: whether nobody but root and us can move or put anything on the way to it, or in it.
 * `ops_ways_seen DIR...` asks of several at once what it then knows. What is known holds for as long as the shell lives, which for
 * steps that are done together is until they are done. With the way library.
 */
export const ownWayLibrary = libraryOf('own-way', ownWayText, 'apply')
