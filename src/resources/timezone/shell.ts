/** Shell that looks at the time zone of a host and sets it, as localtime(5) and Debian's tzdata have it. */
import { libraryOf } from '../../shell/library.ts'
import timezoneEditText from './timezone-edit.sh'
import timezoneLookText from './timezone-look.sh'

/**
 * `ops_timezone_look ZONE` prints `zone=` (the name that /etc/localtime leads to; `none` where there is none, `a file` where it
 * is no link), `text=` what /etc/timezone says, `none` where it is not there, and whether ZONE is `known=yes|no` here.
 */
export const timezoneLookLibrary = libraryOf('timezone-look', timezoneLookText)

/** `ops_timezone ZONE`. */
export const timezoneEditLibrary = libraryOf('timezone-edit', timezoneEditText, 'apply')
