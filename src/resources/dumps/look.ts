/** Shell that tells by its content whether a dump or an archive holds anything. */

import { libraryOf } from '../../shell/library.ts'
import dumpsLookText from './dumps-look.sh'
import isDumpText from './is-dump.awk'

/** A function of awk: `is_dump(name)`, whether that is the name of a dump or an archive. */
export const isDump = isDumpText

/** Whatever is larger holds something: an empty tar archive has 10,240 bytes (GNU tar manual, "Blocking factor"). In the shell it is `ops_hollow_bytes`. */
const hollowBytes = 10_240

/**
 * `ops_hollow FILE` prints why there is nothing of worth in it, and nothing where there may be: a compressed stream of no
 * bytes (20 for gzip, 14 for bzip2, 32 for xz), an archive without a member, a dump that is only what a program complained of.
 */
export const dumpsLookLibrary = libraryOf('dumps-look', `ops_hollow_bytes=${hollowBytes}\n${dumpsLookText}`)
