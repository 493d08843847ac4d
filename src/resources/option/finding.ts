/** Awk that finds the entry of a key that counts, or says why nobody can tell which does. */
import findingText from './finding.awk'

/**
 * `find(section, key)` sets hit to the entry that counts, all[1] to all[found] to every one of the key, several to
 * their lines where each of them counts, and why to the reason where it cannot be told what the file means.
 */
export const finding = findingText
