/** Shell that changes files: the one place that writes. Design: stage beside the target, prove, keep, rename. */

import { library } from './library.ts'
import { atOnceFunctions } from './write/at-once.ts'
import { changeFunctions } from './write/change.ts'
import { contentFunctions } from './write/content.ts'
import { heldFunctions } from './write/held.ts'
import { joinedFunctions } from './write/joined.ts'
import { keepFunctions } from './write/keep.ts'
import { othersFunctions } from './write/others.ts'
import { ownWayLibrary } from './write/own-way.ts'
import { regardFunctions } from './write/regard.ts'
import { stageFunctions } from './write/stage.ts'

/**
 * Functions for applies, which need the way library. Each runs in a subshell of its own, prints one clear last line when it fails
 * (with exit code 98 where it says that nothing was changed, 95 where somebody else changed it meanwhile), and leaves the old or the new file, whatever kills it.
 *
 * - `ops_write PATH [OPTION ...] -- PRODUCER ...` makes the producer's output the content of PATH. Options: `sha=`,
 *   `size=` of the whole content; `was=` the hash of what it replaces, or `absent`; `mode=`, `owner=`, `group=` (else those of
 *   the replaced file are kept; new files get 0644 or `new=`); `like=FILE` takes attributes from there; `check=SHELL` validates
 *   `$1`; `view=SHELL` validates the host as it will be (with the view library); `place` writes into the existing file;
 *   `first=FUNCTION` is asked once before; `many=FUNCTION COUNT` makes of `$ops_edits`, the producer's words from the second on, a line
 *   each, what that many producers would make one after the other. A producer finds what is there now in `$ops_old`, which is empty where there is nothing.
 * - `ops_payload SHA256` is a producer: prints an uploaded file.
 * - `ops_attributes PATH MODE OWNER GROUP` changes these alone (empty: leave).
 * - `ops_remove PATH [was=HASH | to=TARGET]`, `ops_symlink PATH TARGET [was=absent | to=TARGET]` do as they say, where there is still that
 *   file or link; `ops_remove_in_turn` does it after what is held back.
 * - `ops_restore PATH` puts back what this run changed at or below PATH; `ops_changed PATH` tells whether it did.
 * - `ops_sweep` removes what killed runs left behind; to be called under the host's lock only.
 */
export const writeLibrary = library('write', 'apply')`
  ${ownWayLibrary.text}
  ${stageFunctions.text}
  ${regardFunctions.text}
  ${keepFunctions.text}
  ${contentFunctions.text}
  ${changeFunctions.text}
  ${heldFunctions.text}
  ${joinedFunctions.text}
  ${atOnceFunctions.text}
  ${othersFunctions.text}
`
