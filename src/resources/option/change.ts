/** Shell and awk that edit single keys of ini-style files, and leave every other byte as it is. */
import { awkWord, libraryOf } from '../../shell/library.ts'
import editingText from './editing.awk'
import optionChangeText from './option-change.sh'

/**
 * First comes how many keys are edited, then eleven lines for each: the eight fields, what to do, the separator of new lines, the
 * value; then the final line end of the file. Each edit is read again before the next one, as if it came alone.
 */
const editing = editingText

/** `ops_option NEW-MODE FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE FORMAT present|bare|absent NEW-SEPARATOR VALUE`. */
export const optionChangeLibrary = libraryOf(
  'option-change',
  `ops_option_editing=${awkWord(editing)}\n${optionChangeText}`,
  'apply',
)
