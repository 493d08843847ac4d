/** Shell that unpacks archives. */
import { libraryOf } from '../../shell/library.ts'
import archiveChangeText from './archive-change.sh'

/**
 * `ops_archive FROM SHA256 INTO STRIP CREATES OWNER GROUP`: FROM is a path or a URL. It is unpacked beside INTO, looked at, and moved to
 * its name as a whole.
 */
export const archiveChangeLibrary = libraryOf('archive-change', archiveChangeText, 'apply')
