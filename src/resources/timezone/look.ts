/** Shell that looks at the time zone of a host, as localtime(5) and Debian's tzdata have it. */
import { libraryOf } from '../../shell/library.ts'
import timezoneLookText from './timezone-look.sh'

/**
 * `ops_timezone_look ZONE` prints `zone=` (the name that /etc/localtime leads to; `none` where there is none, `a file` where it
 * is no link), `text=` what /etc/timezone says, `none` where it is not there, and whether ZONE is `known=yes|no` here.
 */
export const timezoneLookLibrary = libraryOf('timezone-look', timezoneLookText)
