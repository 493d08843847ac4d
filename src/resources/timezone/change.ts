/** Shell that sets the time zone of a host, as localtime(5) and Debian's tzdata have it. */
import { libraryOf } from '../../shell/library.ts'
import timezoneChangeText from './timezone-change.sh'

/** `ops_timezone ZONE`. */
export const timezoneChangeLibrary = libraryOf('timezone-change', timezoneChangeText, 'apply')
