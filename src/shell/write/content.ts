/** Shell that replaces what a file holds: the new content is staged, proved, dressed and checked, then gets the name. */
import { libraryOf } from '../library.ts'
import contentText from './content.sh'

/** Part of the write library: `ops_write` and what it is made of. */
export const contentFunctions = libraryOf('content', contentText, 'apply')
