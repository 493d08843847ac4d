/** Shell that looks at what is mounted and what fstab says of it. */
import { libraryOf } from '../../shell/library.ts'
import mountLookText from './mount-look.sh'

/**
 * `ops_mount_look DEVICE PATH FLAGS TYPE` prints `fstab=` the line (`none`), `mounted=yes|no` or what else is mounted
 * there, `lacks=` those of the flags that are not in effect (`exec` where a `noexec` is that nobody asked for, `size=50%` where a tmpfs has another size than by default), and, where nothing is mounted, what is `below=absent|empty|filled|occupied`;
 * `why=` where others, or a link, could lead mount(8) elsewhere; `unit=` and `asked=` where a unit of systemd decides at boot.
 * The detail is which folders are made.
 */
export const mountLookLibrary = libraryOf('mount-look', mountLookText)
