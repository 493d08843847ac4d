/** Shell that goes into a directory part by part, and follows no symbolic link that somebody could turn against us. */

import { libraryOf } from '../library.ts'
import wayText from './way.sh'

/**
 * For probes and applies. Once a shell stands in a directory, nobody can move it from there by renaming what lies above: what is
 * then done by a name like `./x` is done in that directory. So the way in is what has to be right.
 *
 * - `ops_go DIR` goes into DIR and sets `ops_dir` to its real path. 1: it is not there or may not be entered; 2: a link is not
 *   followed. `ops_why` says why.
 * - `ops_go_to PATH` goes into the directory that PATH is really in, links at its end followed too, and sets `ops_name` to its
 *   name there; empty where it is a directory.
 * - `ops_go_making DIR` makes what is missing on the way.
 * - `ops_sure PATH` tells whether nobody else can move anything on the way to PATH, for programs that go by paths of their own.
 *
 * A link is followed where nobody but root and ourselves could have put it there: the directory that it lies in is theirs and
 * nobody else may write in it, and the link is theirs. A link that one other user could move is followed to directories of that
 * same user alone: there is nothing to gain by it. All other links are refused.
 */
export const wayLibrary = libraryOf('way', wayText)
