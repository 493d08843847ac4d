/** What every batch asks before it begins, and between its steps: does a login have to confirm first? */
import { bareShell } from '../../shell/library.ts'
import { meantBootSeconds } from './arm-shell.ts'
import accessBeginText from './begin.sh'
import { accessFolder } from './common-shell.ts'

/** A step that could cut our access is not begun later than this after arming: first a login confirms. */
const confirmFirstSeconds = 10

/**
 * For every batch. `ops_access_begin WHO` refuses, by a `locked` frame, a host that waits for the login of another run, and tells
 * a verdict that nobody was told yet by an `access` frame. `ops_access_late` says whether a login should confirm first.
 */
export const accessBegin = `ops_access=${accessFolder} ops_meant_boot_seconds=${meantBootSeconds} ops_confirm_first_seconds=${confirmFirstSeconds}
${bareShell(accessBeginText)}`
