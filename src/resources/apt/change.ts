/** The shell that installs and removes packages: never asks, never removes by surprise, waits for locks by name. */

import { libraryOf } from '../../shell/library.ts'
import aptChangeText from './apt-change.sh'

/**
 * `ops_apt_change MODE RECOMMENDS COMPONENTS REMOVES SECONDS SPEC...` on top of `apt-look`. apt's own lock timeout covers dpkg's
 * lock only (not lists, not archives), so waiting is done here. apt-get's stderr goes through a file, as a pipe would be
 * held open by daemons that maintainer scripts start. needrestart is kept from restarting services behind ops' back; what
 * it would have restarted is said at the end.
 */
export const aptChangeLibrary = libraryOf('apt-change', aptChangeText, 'apply')
