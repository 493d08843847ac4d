/** Shell that lists generations of copies on a host, judges each by all of them, and chooses one. */
import { awkWord, libraryOf } from '../../shell/library.ts'
import { isDump } from '../dumps/look.ts'
import generationsText from './generations.sh'
import judgingText from './judging.awk'

/**
 * `ops_generations_open FROM` sets `ops_top` to the real path of the folder of generations, or prints why not: `refused TEXT`.
 *
 * `ops_generations PATH` prints `generation NAME FILES BYTES SUSPICION` for each that holds PATH (empty: all of it), oldest first.
 * SUSPICION is empty, or says what is less there than usual: against the median of all generations, so that one bad copy makes no
 * other look bad. What is left of a generation (`NAME.last`) holds single files, and is measured only where PATH is one.
 */
export const generationsLibrary = libraryOf(
  'generations',
  `ops_generation_judging=${awkWord(isDump + judgingText)}\n${generationsText}`,
)
