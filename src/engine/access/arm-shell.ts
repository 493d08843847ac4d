/** How the host gets ready to give our access back, and how a fresh login lets it off. */

import { libraryOf } from '../../shell/library.ts'
import { quote } from '../../shell/quote.ts'
import accessArmText from './arm.sh'
import { accessCommon, accessFolder } from './common-shell.ts'
import { armPackages } from './packages-shell.ts'
import { restoreScript } from './restore-shell.ts'

/** From arming on, in seconds: with what restoring takes, a cut is over within a minute. */
export const armedSeconds = 45
/** After a boot that nobody meant. */
const bootSeconds = 20
/** After a boot that a step of the run asked for: login services take their time. */
export const meantBootSeconds = 120

/**
 * `ops_arm INDEX AREAS PATIENT BOOT WHO STEP ENTRY...`, on top of the common functions: saves what the entries
 * (`AREA:KIND:NAME`) name, unless this run has saved it before, and starts the countdown anew. Runs as a child of the batch, whose
 * shell is $$. Writes `$OPS_DIR/armed` when the countdown runs: nothing to put back needs none.
 */
const arm = libraryOf('access-arm', `ops_armed_seconds=${armedSeconds}\n${accessArmText}`)

/** The functions of a batch that has a step which could cut our access. */
export const armLibrary = `${accessCommon.text}\n${armPackages.text}\n${arm.text}\nops_restore=${quote(restoreScript)}\n`

/** The words of `ops_arm` that come before the entries. */
export function armCall(given: {
  readonly index: number
  readonly areas: readonly string[]
  readonly isPatient: boolean
  readonly boots: boolean
  readonly who: string
  readonly step: string
  readonly entries: readonly string[]
}): string {
  const { index, areas, isPatient, boots, who, step, entries } = given
  const words = [
    String(index),
    areas.join(' '),
    isPatient ? 'yes' : 'no',
    String(boots ? meantBootSeconds : bootSeconds),
    who,
    step.replaceAll(/\s+/g, ' ').slice(0, 200),
    ...entries,
  ]
  return `ops_arm ${words.map(quote).join(' ')}`
}

/** What a look asks where a step could cut our access: `problem=` lines, and a verdict that nobody was told yet. */
export const accessProbe = `[ "$(id -u)" = 0 ] || echo 'problem=only root can do that, and this run does not become root'
[ -d /run/systemd/system ] && command -v systemd-run >/dev/null || echo 'problem=systemd does not run there, and its timers are needed for that'
command -v flock >/dev/null || echo 'problem=there is no flock'
[ ! -e ${accessFolder}/verdict ] || [ -e ${accessFolder}/told ] || cat ${accessFolder}/verdict
:`
