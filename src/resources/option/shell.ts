/** Shell and awk that read and edit single keys of ini-style files, and leave every other byte as it is. */

import { awkWord, libraryOf } from '../../shell/library.ts'
import editingText from './editing.awk'
import { finding } from './finding.ts'
import { including, noting } from './including.ts'
import lookingText from './looking.awk'
import optionEditText from './option-edit.sh'
import optionLookText from './option-look.sh'
import { reading } from './reading.ts'
import { scanning } from './scanning.ts'
import takingText from './taking.awk'

/** First comes the mark, the count of fields, then eight fields for each option; then the files. */
const looking = lookingText

/**
 * First comes how many keys are edited, then eleven lines for each: the eight fields, what to do, the separator of new lines, the
 * value; then the final line end of the file. Each edit is read again before the next one, as if it came alone.
 */
const editing = editingText

/** Takes one more line of the file, without what its end and its beginning may hold. */
const taking = takingText

/** `ops_options MARK (FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE FORMAT)...`: one awk for the keys of all files. */
export const optionLookLibrary = libraryOf(
  'option-look',
  `ops_option_reading=${awkWord(reading + scanning + finding + noting + taking)}
ops_option_looking=${awkWord(including + looking)}
${optionLookText}`,
)

/** `ops_option NEW-MODE FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE FORMAT present|bare|absent NEW-SEPARATOR VALUE`. */
export const optionEditLibrary = libraryOf(
  'option-edit',
  `ops_option_editing=${awkWord(editing)}\n${optionEditText}`,
  'apply',
)
