/** Shell that takes hold of what has a name now, so that nobody can put something else in its place while we read or change it. */
import { libraryOf } from '../library.ts'
import regardText from './regard.sh'

/**
 * Part of the write library. `ops_regard ..` in the stage, or `ops_regard .` beside it: sets `ops_old` to where the content and the
 * attributes of what stands there may be read (empty: nothing stands there), `ops_kind` (8 a regular file, a a link, 4 a
 * directory), `ops_mode_was`, `ops_uid_was`, `ops_gid_was`, `ops_names`, and `ops_seen` to all of it. Where others may write in the
 * directory, the stage holds a second name of the same file: what is done to that is done to this file, whatever they swap.
 * `ops_as_seen` asks, right before the end, whether the name is as it was; `ops_alike`, after the end, whether what gave way was that.
 */
export const regardFunctions = libraryOf('regard', regardText, 'apply')
