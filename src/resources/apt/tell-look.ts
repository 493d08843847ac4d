/** The shell that tells what apt would do for steps: one simulation for all that only bring packages. */
import { awkWord, libraryOf } from '../../shell/library.ts'
import tellText from './apt-tell-look.sh'
import judgingText from './judging.awk'

/**
 * `ops_apt_tell INDEX VERB RECOMMENDS NAME...` simulates one step and tells it as a detail. Between `ops_put_off=` and
 * `ops_apt_tell_put_off`, `ops_apt_put_off INDEX RECOMMENDS` lays `ops_bring_names` aside to be told of with others. What is told of each
 * is what its own simulation would tell: only where apt had no choice, and where the sizes of all add up to what apt says of all,
 * is it told without one.
 */
export const aptTellLookLibrary = libraryOf(
  'apt-tell-look',
  `ops_apt_judging=${awkWord(judgingText)}\n${tellText}`,
)
