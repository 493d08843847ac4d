/** Shell functions that find and end what runs in the session of a trip's shell, beside the shell itself. */

import askingText from './asking.sh'
import { bareShell } from './library.ts'
import probeWatchText from './probe-watch.sh'
import sessionText from './session.sh'

/** How long one probe may take on the host: a look at a dead network file system never ends by itself. */
export const probeSeconds = 60

/**
 * `ops_own` learns the session of the shell $$, and in `ops_keep` what must live on: that shell and all above it.
 * `ops_signal NAME` reaches the rest of the session, whoever its parent is by now; `ops_slay` leaves none of it: what is
 * stopped first starts nothing more while the others are killed.
 */
export const sessionFunctions = bareShell(sessionText)

/**
 * `ops_ask` asks the session to end. A process that was forked this moment still has its parent's way to take a signal, and
 * loses the signal with that way when it goes on to be a program of its own: `ops_ask_again` asks those again that were
 * that young (not asleep, no time on a CPU yet) and have changed their name or what they catch since.
 */
export const askingFunctions = bareShell(askingText)

/** After the first probe that hung, others get this long: a dead file system has more than one file. */
export const impatientSeconds = 10

const longestTickSeconds = 5

/**
 * `ops_watch_probes` ... `ops_unwatch_probes` around a look: a process that ends a probe which has been the shell's only child for
 * too long, and says so among its complaints. It sleeps through any look of usual length.
 */
export function probeWatch(seconds: number): string {
  const tickSeconds = Math.min(longestTickSeconds, seconds)
  const ticks = (limit: number) => Math.max(1, Math.ceil(limit / tickSeconds))
  const counted = `ops_tick_seconds=${tickSeconds} ops_patient_ticks=${ticks(seconds)} ops_impatient_ticks=${ticks(Math.min(seconds, impatientSeconds))}`
  return `${counted}\n${bareShell(probeWatchText)}`
}
