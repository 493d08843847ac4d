/** Shell that looks at the place of an archive that is to be unpacked. */
import { libraryOf } from '../../shell/library.ts'
import archiveLookText from './archive-look.sh'

/**
 * `ops_archive_look INTO CREATES OWNER GROUP` prints `state=present|absent|filled|occupied|refused`, the last with `why=`; where it is present, and stat(1)
 * was told how to spell them, also `owner=` and `group=` of the folder. Of what is absent a missing directory above it is the detail.
 */
export const archiveLookLibrary = libraryOf('archive-look', archiveLookText)
