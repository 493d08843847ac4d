/** Shell that looks at a file system before it is repaired. */
import { libraryOf } from '../../shell/library.ts'
import repairLookText from './repair-look.sh'

/** `ops_repair_look DEVICE` prints `type`, `mounted` (what uses it) and `said`; with `filesystem-look` and `filesystem-structure`. */
export const repairLookLibrary = libraryOf('repair-look', repairLookText)
