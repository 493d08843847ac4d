/** What arming, confirming and restoring share on the host: the folder, its files, and how things are told apart. */
import { libraryOf } from '../../shell/library.ts'
import accessCommonText from './common.sh'

/** Where the host keeps what it needs to give access back, and its last verdict. */
export const accessFolder = '/var/lib/ops/access'

/**
 * What arming, confirming and restoring share. `list` holds a line for each thing saved: AREA, KIND, the number of its
 * copy below `saved/`, its name; parted by tabs. `armed` and `restoring` hold `key=value` lines about the run.
 */
export const accessCommon = libraryOf('access', `ops_access=${accessFolder}\n${accessCommonText}`)
