/** Shell that looks at a setting of the kernel, and at the files that set it at boot. */
import { libraryOf } from '../../shell/library.ts'
import sysctlLookText from './sysctl-look.sh'

/**
 * `ops_sysctl_look WAY FILE` prints `known=yes|no|unreadable|locked` and `now=` of the running kernel, `line=` what FILE holds (several
 * lines joined by tabs), `reader=systemd-sysctl|none|masked`, and `boot=` what the files set from FILE on, in the order of
 * sysctl.d(5), with `by=` the later file that has the last word; `bare=` and `bareBy=` are the same without what is in /run.
 */
export const sysctlLookLibrary = libraryOf('sysctl-look', sysctlLookText)
