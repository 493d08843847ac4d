/** Shell that looks at the place of an archive that is to be unpacked. */
import { libraryOf } from '../../shell/library.ts'
import archiveLookText from './archive-look.sh'

/** `ops_archive_look INTO CREATES` prints `state=present|absent|filled|occupied|refused`, the last with `why=`. */
export const archiveLookLibrary = libraryOf('archive-look', archiveLookText)
