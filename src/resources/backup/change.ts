/** Shell that makes the next generation of copies. */
import { libraryOf } from '../../shell/library.ts'
import backupChangeText from './backup-change.sh'

/**
 * `ops_backup` takes what `ops_backup_look` takes. The copy grows under a name with a dot, is judged and compared once more,
 * reaches the disk, and only then gets the name of a generation.
 */
export const backupChangeLibrary = libraryOf('backup-change', backupChangeText, 'apply')
