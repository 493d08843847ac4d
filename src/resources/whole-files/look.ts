/** Shell that finds files that are empty, and measures dumps. */
import { awkWord, libraryOf } from '../../shell/library.ts'
import { isDump } from '../dumps/look.ts'
import wholeFilesLookText from './whole-files-look.sh'

/**
 * `ops_whole PATH` prints `missing`, `unreadable TEXT`, `hollow` (a folder without any file), `empty SECONDS NAME` and
 * `dump SIZE SECONDS open|closed NAME`, `missed TEXT` of what it could not look into, names relative to PATH. Only names that look like dumps or archives are told with their size.
 */
export const wholeFilesLookLibrary = libraryOf(
  'whole-files-look',
  `ops_is_dump=${awkWord(isDump)}\n${wholeFilesLookText}`,
)
