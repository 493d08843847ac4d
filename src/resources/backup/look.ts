/** Shell that compares sources with their newest copy. */
import { awkWord, libraryOf } from '../../shell/library.ts'
import { isDump } from '../dumps/look.ts'
import backupLookText from './backup-look.sh'
import judgingText from './judging.awk'

/**
 * `ops_backup_look TO KEEP SHRINK MAY-EMPTY FLAGS COUNT RSYNC-OPTION ... PATH ...` prints
 * - `generations COUNT NEWEST`, `surplus COUNT` and `leftovers COUNT`: of those that were made of just these paths
 * - `copy current|outdated|none|unknown`
 * - `refused KIND PATH TEXT`, for each reason why the source must not replace its newest copy
 *
 * MAY-EMPTY holds globs of names, one a line; FLAGS holds `a` to accept what shrank, `m` to want a mount at TO, and ends with
 * `f` and the days after which last copies may go. A generation is a directory named by its time; anything that is not finished
 * begins with a dot, and what is left of one that was taken away ends with `.last`.
 */
export const backupLookLibrary = libraryOf(
  'backup-look',
  `ops_backup_judging=${awkWord(isDump + judgingText)}\n${backupLookText}`,
)
