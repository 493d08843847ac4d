/** Shell that tells by its content whether a dump or an archive holds anything. */

import { libraryOf } from '../../shell/library.ts'
import dumpsLookText from './dumps-look.sh'

/** A dump or an archive by its name, as an awk condition; rotated logs are none. */
export const dumpNames =
  'name ~ /\\.(sql|dump|dmp|tar|tgz|tbz2?|txz|zip|7z|bak|backup|rdb|ldif|gz|bz2|xz|zst|lz4|gpg|age)(\\.[a-z0-9]+)*$/ && name !~ /\\.log/'

/** Whatever is larger holds something: an empty tar archive has 10,240 bytes (GNU tar manual, "Blocking factor"). */
export const hollowBytes = 10_240

/**
 * `ops_hollow FILE` prints why there is nothing of worth in it, and nothing where there may be: a compressed stream of no
 * bytes (20 for gzip, 14 for bzip2, 32 for xz), an archive without a member, a dump that is only what a program complained of.
 */
export const dumpsLook = libraryOf('dumps-look', dumpsLookText)
