/** Shell that finds the place of a file, makes a private stage beside it, and leaves both as they ought to be. */
import { libraryOf } from '../library.ts'
import stageText from './stage.sh'

/**
 * Part of the write library. `ops_follow PATH` goes where the file really is (`ops_dir`, `ops_name`, `ops_path`). `ops_enter`
 * makes the stage there and stands in it: `..` is that place for as long as the stage is, since nobody but its owner can move a
 * directory to another parent. `ops_leave` and `ops_written` end it.
 */
export const stageFunctions = libraryOf('stage', stageText, 'apply')
