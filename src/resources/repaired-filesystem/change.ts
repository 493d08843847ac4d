/** Shell that repairs a file system that nothing has mounted. */
import { libraryOf } from '../../shell/library.ts'
import repairChangeText from './repair-change.sh'

/** `ops_repair DEVICE`: what e2fsck overwrites is kept for e2undo, as far as there is room for it. */
export const repairChangeLibrary = libraryOf('repair-change', repairChangeText, 'apply')
