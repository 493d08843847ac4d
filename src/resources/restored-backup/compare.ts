/** Shell that holds a tree of copies against what is in its place, folder by folder, and names what differs. */
import { libraryOf } from '../../shell/library.ts'
import compareText from './compare.sh'

/**
 * `ops_rw_start GENERATION PATH INTO` holds the copy of PATH against what is at PATH, or in the folder INTO. Calls `ops_rw_do KIND
 * COPY-FOLDER FOLDER NAME ...` for what differs, standing in FOLDER (its real path; empty for the root):
 * - `missing`: nothing has that name there. Of a whole tree that is gone, its top alone.
 * - `newer`: a file or link with other content, changed after the copy was made; `changed`: the same, but not after it
 * - `attributes`: a file of that content with another mode or owner; `folder` (one name, empty): FOLDER itself with another one
 * - `other`: something of another kind, which is never replaced
 * What is there beside the copy is no difference. Names go through variables alone, so that any will do.
 */
export const compareLibrary = libraryOf('restore-compare', compareText)
