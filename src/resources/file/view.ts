/** Shell that shows a validator the whole host as it will be, before any of it is changed. */

import { libraryOf } from '../../shell/library.ts'
import viewText from './view.sh'

/**
 * What `ops_write PATH view=SHELL` of the write library asks, inside its stage. The validator runs in a mount namespace
 * of its own, where the staged file has its place already. Where a host allows none, the file is validated as soon as
 * it is in place, and put back when it is refused.
 */
export const viewLibrary = libraryOf('view', viewText, 'apply')
