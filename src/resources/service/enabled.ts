/** The shell that says whether a unit starts at boot: from its links and its [Install] section, as they are on disk. */

import { libraryOf } from '../../shell/library.ts'
import serviceEnabledText from './service-enabled.sh'

/**
 * `ops_unit_enabled` sets ops_state for the unit that `ops_unit_next` took: yes, no, enabled-runtime, masked,
 * masked-runtime, transient; static, generated and indirect where something pulls it in, else none; "missing LINK..., stale
 * LINK..." where the links are not those that its [Install] asks for; "mask over links" where only a mask that ends with
 * the boot holds it back. ops_also lists what its `Also=` enables with it.
 *
 * UnitFileState is not enough: systemd reads it once and keeps it until a daemon-reload, whatever happens to the links; a
 * SysV script is "generated" whether it is enabled or not (systemd-sysv-install(8) of Debian looks at its rc links, and so
 * does this); and "enabled" only says that some link is there (systemctl(1), is-enabled).
 */
export const serviceEnabled = libraryOf('service-enabled', serviceEnabledText)
