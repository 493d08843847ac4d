/** What a login of its own sends: it confirms that we still get in, or lets the host wait longer for the one that does. */

import { bareShell, libraryOf } from '../../shell/library.ts'
import { quote } from '../../shell/quote.ts'
import { accessCommon, accessFolder } from './common-shell.ts'
import accessConfirmText from './confirm.sh'
import accessTakeBackText from './take-back.sh'

/** A login while the step still runs lets the host wait this long, in seconds: it proves what was done until then. */
export const renewedSeconds = 50

const confirm = libraryOf('access-confirm', `ops_renewed_seconds=${renewedSeconds}\n${accessConfirmText}`)
const takeBack = bareShell(accessTakeBackText)
const functions = `${accessCommon.text}\n${takeBack}${confirm.text}\n`

/** Sent now and then while a step that endangers us runs. Answers with a `renewed` frame where the host waits longer now. */
export function renewScript(run: string): string {
  return `${functions}cd "$ops_access" 2>/dev/null && ops_renew ${quote(run)} && ops_frame renewed
:`
}

/**
 * What a fresh login sends: waits for the batch of `run` to end, lets the timer off, and answers with a `verdict` frame: the host's
 * own words, `verdict=none` where nothing was armed, `verdict=running` where the batch goes on (and the host waits longer), or
 * `verdict=busy` where the host has not decided yet. `isLast`: nothing more of the run could need what was saved.
 * `isSettled`: no later step is part of the same danger, so that what a restart of sshd would read must be sound now.
 */
export function confirmScript(run: string, isLast: boolean, isSettled = isLast): string {
  const words = [run, isLast ? 'yes' : '', isSettled ? 'yes' : '']
  return `${functions}ops_confirm ${words.map(quote).join(' ')}`
}

/** Over the connection that still lives: the host is not to wait any longer. The answer may never come. */
export const restoreNowScript = `ops_access=${accessFolder}\n${takeBack}ops_access_take_back`
