/** What a run leaves on the host between its scripts, the lock and its uploads, and the process that ends both with it. */

import { bareShell } from './library.ts'
import placesText from './places.sh'
import { silenceSeconds } from './runtime.ts'
import sweepStagesText from './sweep-stages.sh'
import watchdogText from './watchdog.sh'

/** `ops_places`: where the runs of this user keep what dies with the boot (`ops_base`), and what does not (`ops_lasting`). */
export const placesFunction = bareShell(placesText)

/**
 * `ops_watchdog`: between two scripts the shell waits for the next one, and nobody else reads the channel. The watchdog ends
 * it when it hears nothing: a heartbeat wakes the shell, which the kernel counts (proc(5), status), and an upload grows.
 * Once the shell is gone, so are its uploads. It lives until then, and leaves a running batch to the batch's own watcher.
 */
export const watchdogFunction = `ops_silence_seconds=${silenceSeconds}\n${bareShell(watchdogText)}`

/** Makes the folder for the uploads of this run, and frames its path as \`stage\`. */
export const stageScript = `${placesFunction}${watchdogFunction}
ops_places
mkdir -p -m 0700 "$ops_lasting" && mkdir -p -m 0700 "$ops_lasting/stage.$OPS_NONCE" && ops_born $$ &&
echo "$$ $ops_start" >"$ops_lasting/stage.$OPS_NONCE/shell" && ops_watchdog && { ops_frame stage; printf %s "$ops_lasting/stage.$OPS_NONCE"; }`

/**
 * `ops_sweep_stages`: removes uploads of runs whose shell is gone. Those of others that live come before the lock, and
 * are left alone.
 */
export const sweepStagesFunction = bareShell(sweepStagesText)
