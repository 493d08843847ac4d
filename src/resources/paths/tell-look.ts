/** Shell that tells what stands in places of root alone, a line each: for probes that need no functions of their own. */
import { libraryOf } from '../../shell/library.ts'
import tellText from './tell-look.sh'

/** `ops_tell_said KEY COMMAND`, `ops_tell_line KEY FILE`, `ops_tell_link KEY PATH`, `ops_tell_own FILE` and others: a sentence above each. */
export const tellLookLibrary = libraryOf('tell-look', tellText)
