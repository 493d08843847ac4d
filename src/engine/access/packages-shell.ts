/** How a host that takes something back leaves the packages whole that came meanwhile: what dpkg calls installed stays there. */

import { libraryOf } from '../../shell/library.ts'
import accessArmPackagesText from './arm-packages.sh'
import accessBackPackagesText from './back-packages.sh'

/** Part of arming: `ops_arm_packages` keeps what dpkg knew before the first step that endangers us. */
export const armPackages = libraryOf('access-arm-packages', accessArmPackagesText)

/** Part of restoring: `ops_back_packages` before anything is put back, `ops_back_stays` for the verdict. */
export const backPackages = libraryOf('access-back-packages', accessBackPackagesText)
