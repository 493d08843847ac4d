/** Shell that sets the name of a host, in the kernel and in files. */
import { libraryOf } from '../../shell/library.ts'
import hostnameChangeText from './hostname-change.sh'

/** `ops_hostname NAME`. */
export const hostnameChangeLibrary = libraryOf('hostname-change', hostnameChangeText, 'apply')
