/** Shell that unpacks archives. */
import { libraryOf } from '../../shell/library.ts'
import archiveEditText from './archive-edit.sh'
import archiveLookText from './archive-look.sh'

/** `ops_archive_look INTO CREATES` prints `state=present|absent|filled|occupied|refused`, the last with `why=`. */
export const archiveLookLibrary = libraryOf('archive-look', archiveLookText)

/**
 * `ops_archive FROM SHA256 INTO STRIP CREATES OWNER GROUP`: FROM is a path or a URL. It is unpacked beside INTO, looked at, and moved to
 * its name as a whole.
 */
export const archiveEditLibrary = libraryOf('archive-edit', archiveEditText, 'apply')
