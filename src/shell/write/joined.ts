/** Shell that writes several files as one act: all are staged and proved, then each gets its name. Two syncs for all of them. */
import { libraryOf } from '../library.ts'
import joinedText from './joined.sh'

/**
 * Part of the write library. Where the engine joins steps (`ops_joined`), `ops_write` only stages, and `ops_write_end` does what is
 * left, in order. Held back is only what is plain: on a way that nobody else can move, a regular file or nothing in its place, no
 * validator of a whole configuration. All else, and whatever goes wrong before the first file has its name, is done one by one by `ops_write_alone`, which
 * says what is wrong. Edits of one file that follow each other become one write.
 */
export const joinedFunctions = libraryOf('joined', joinedText, 'apply')
