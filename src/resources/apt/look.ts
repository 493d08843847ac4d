/** The shell that looks at packages: one dpkg-query for all steps, apt's lists only where something is absent. */

import { libraryOf } from '../../shell/library.ts'
import aptLookText from './apt-look.sh'

/**
 * `ops_apt_read NAME...` asks dpkg once; `ops_apt_look INDEX MODE RECOMMENDS COMPONENTS SPEC...` prints one step's state from it.
 * A spec is a name or `a | b`; MODE is present, absent or purge. Statuses are dpkg's own words (dpkg-query(1)),
 * with `installed` told as present. apt-cache reads its binary cache but is kept from writing a new one.
 * Lists count as fresh when there are any, no source is newer, and they were refreshed within a day: apt-get sets the
 * times of the files in there to the mirror's, so only the folder's own time tells.
 */
export const aptLookLibrary = libraryOf('apt-look', aptLookText)
