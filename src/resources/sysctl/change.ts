/** Shell that sets a setting of the kernel, now and in a file. */
import { libraryOf } from '../../shell/library.ts'
import sysctlChangeText from './sysctl-change.sh'

/** `ops_sysctl WAY VALUE WAS FILE LINE`. */
export const sysctlChangeLibrary = libraryOf('sysctl-change', sysctlChangeText, 'apply')
