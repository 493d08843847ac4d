/** Awk that follows the includes of a file as far as they decide: an included file that is read first, or later, may win. */
import includingText from './including.awk'
import notingText from './noting.awk'

/**
 * `elsewhere(list, section, key)` looks through files that `relevant` named, the one that counts first; it returns
 * nothing, or a line `elsewhere=FILE (line N)` and one of `over=bare`, `over=value TEXT` and `over=unclear`.
 */
export const including = includingText

/** Awk that notes what a file includes while it is read. */
export const noting = notingText
