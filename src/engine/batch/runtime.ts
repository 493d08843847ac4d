/** The shell functions of the guarded batch: lock, watcher, guards, steps. The heart of what runs on a host. */

import { clockFunctions, syncClockFunctions } from '../../shell/clock.ts'
import { bareShell } from '../../shell/library.ts'
import { impatientSeconds, probeSeconds, sessionFunctions } from '../../shell/session-processes.ts'
import { sweepStagesFunction, watchdogFunction } from '../../shell/watchdog.ts'
import { accessBegin } from '../access/begin-shell.ts'
import { recordFunctions } from '../record/record-shell.ts'
import { togetherFunctions } from '../together/together-shell.ts'
import batchBeginText from './batch-begin.sh'
import batchStepsText from './batch-steps.sh'
import batchWatchText from './batch-watch.sh'
import { takeLock } from './take-lock.ts'

/** What the run's own folder must have room for before anything is begun: observations, journal, logs. */
const roomBytes = 131_072

/**
 * Makes the run's own folder and takes the host's lock on fd 9, which only this shell holds: `ops_begin WHO`.
 * Frames: `locked` with the holder's words; `broken` with what is missing; `previous` with what a run that died left in its log.
 * The lock is one for each user that a run acts as, however it became that user: what a user could lock against root, a hostile
 * one could hold for ever. Runs of different users are kept from overwriting each other by the guards alone.
 */
const begin = bareShell(batchBeginText)

/** How long whatever still runs may take once the operator wants an end now: what is looked at last may hang too. */
const killedSeconds = 5

/**
 * The watcher: one process reads the heartbeats off the channel, one ticks each second. Silence, EOF or `: stop`
 * raise the stop flag; `: kill` and a step's deadline end whatever runs in this session beside the batch itself.
 * Both are ended with SIGKILL: a shell that was just forked can lose a SIGTERM while it drops its parent's traps.
 * A heartbeat that is read by the shell instead is the command \`:\`, which does nothing. Of much output the end is
 * told, from a whole line on: half of a secret would not be known as one.
 */
const watch = bareShell(batchWatchText)

/**
 * Steps and guards. `ops_quietly FILE TEXT` observes into a file; `ops_step K GUARD SECONDS PROBE APPLY SETTLE
 * SETTLE_SECONDS` does one step, an empty APPLY being a step that only has to be still as it was. GUARD is the hash of
 * what has to be observed, or `=` and all of it where that can hold no NUL: `ops_same` starts no program then. `ops_still GUARD
 * PROBE` asks whether steps that follow each other are all as they were; where they are not, each is asked. What stands in
 * `ops_arming` makes the host ready to take that one step back; `ops_pause K` ends the batch there, for a login that confirms.
 */
const steps = bareShell(batchStepsText)

/** What the functions count with. */
const numbers = `ops_room_bytes=${roomBytes} ops_probe_seconds=${probeSeconds} ops_impatient_seconds=${impatientSeconds} ops_killed_seconds=${killedSeconds}
`

/** All functions of a batch, sent once a trip. */
export const batchFunctions = [
  numbers,
  ...[clockFunctions, syncClockFunctions, sessionFunctions, takeLock, watchdogFunction, sweepStagesFunction],
  ...[accessBegin, begin, watch, recordFunctions, steps, togetherFunctions],
].join('')
