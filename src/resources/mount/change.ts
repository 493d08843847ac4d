/** Shell that mounts and unmounts, and writes it into fstab. */
import { libraryOf } from '../../shell/library.ts'
import mountChangeText from './mount-change.sh'

/**
 * `ops_mount DEVICE PATH FLAGS REST` writes the line, REST behind device and path, and mounts; where that fails, fstab is put back. `ops_mount_absent PATH` unmounts
 * what nobody uses, and takes the line away.
 */
export const mountChangeLibrary = libraryOf('mount-change', mountChangeText, 'apply')
