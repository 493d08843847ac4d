/** The script that a host runs by itself to put back what cut our access. Self-contained: it outlives our login. */

import { libraryOf } from '../../shell/library.ts'
import { wayLibrary } from '../../shell/write/way.ts'
import { writeLibrary } from '../../shell/write-library.ts'
import { accessCommon } from './common-shell.ts'
import { accessNetwork } from './network-shell.ts'
import { armPackages, backPackages } from './packages-shell.ts'
import accessRestoreText from './restore.sh'
import { backTrees } from './trees-shell.ts'

/** Puts everything back that belongs to the areas in danger, looks whether it is back, and keeps the verdict. */
const restore = libraryOf('access-restore', accessRestoreText)

/** The whole script, for `/bin/sh FILE` as root. */
export const restoreScript = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C',
  'export PATH LC_ALL',
  'umask 077',
  'unset OPS_DIR OPS_NONCE OPS_STATE ENV',
  'ops_as_it_was=yes',
  accessCommon.text,
  wayLibrary.text,
  writeLibrary.text,
  armPackages.text,
  backPackages.text,
  backTrees.text,
  accessNetwork.text,
  restore.text,
  'ops_back\n',
].join('\n')
