/** How a host puts files and whole folders back, and sees whether they are. */

import { libraryOf } from '../../shell/library.ts'
import accessBackTreesText from './trees.sh'

/** Part of the restore script: `ops_back_tree COPY FOLDER` and what it is made of. */
export const backTrees = libraryOf('access-back-trees', accessBackTreesText)
