/** How a shell on the host takes the lock of that host, for a batch or for longer. */
import { bareShell } from '../../shell/library.ts'
import { placesFunction } from '../../shell/watchdog.ts'
import takeLockText from './take-lock.sh'

/**
 * `ops_take_lock WHO`: on fd 9, which only this shell holds, once. Frames: `locked` with the holder's words; `broken` with what is
 * missing.
 */
export const takeLock = `${placesFunction}${bareShell(takeLockText)}`
