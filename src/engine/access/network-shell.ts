/** How a host puts back what its kernel has loaded: firewall rules, addresses, links and routes. */

import { libraryOf } from '../../shell/library.ts'
import accessNetworkText from './network.sh'

/** Part of the restore script: `$ops_copy` names what was saved, with a suffix for each part. */
export const accessNetwork = libraryOf('access-network', accessNetworkText)
