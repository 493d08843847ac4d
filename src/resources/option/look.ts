/** Shell and awk that find single keys of ini-style files. */
import { awkWord, libraryOf } from '../../shell/library.ts'
import { finding } from './finding.ts'
import { including, noting } from './including.ts'
import lookingText from './looking.awk'
import optionLookText from './option-look.sh'
import { reading } from './reading.ts'
import { scanning } from './scanning.ts'
import takingText from './taking.awk'

/** First comes the mark, the count of fields, then eight fields for each option; then the files. */
const looking = lookingText

/** Takes one more line of the file, without what its end and its beginning may hold. */
const taking = takingText

/** `ops_options MARK (FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE FORMAT)...`: one awk for the keys of all files. */
export const optionLookLibrary = libraryOf(
  'option-look',
  `ops_option_reading=${awkWord(reading + scanning + finding + noting + taking)}
ops_option_looking=${awkWord(including + looking)}
${optionLookText}`,
)
