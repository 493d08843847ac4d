/** The shell functions that do neighbouring steps of one kind as one act on the host. */
import { bareShell } from '../../shell/library.ts'
import togetherText from './together.sh'

/**
 * `ops_together FIRST LAST SECONDS GUARD LOOK MEMBERS BEFORE PROBE` does the changes in `ops_apply_0`, `ops_apply_1` ... of the steps
 * MEMBERS (counted from FIRST), all in one shell. GUARD is the hash of what LOOK has to observe of all steps from FIRST to LAST, BEFORE
 * that of what PROBE (empty: LOOK) observes of MEMBERS until something is done. What follows it as `|| { ops_step ... }` is each of the steps by
 * itself: for when the guard does not hold, or when the proof of all cannot be told (`ops_unproved`).
 *
 * An apply may hold back what it is to do and name in `ops_flush` the function that does it, in order. `ops_member` is whose turn it
 * is, `ops_writes_in` are the folders that the members write files in, a line each, and `ops_reached K` writes down that the steps before K are done: where it ends badly, K is the one that failed, and none after
 * it was touched; `ops_reached K +` says that those after it may be done as well, and `+L,M` or `-L,M` in its place that L and M failed beside it. `ops_do_member` does that step again, alone.
 */
export const togetherFunctions = bareShell(togetherText)
