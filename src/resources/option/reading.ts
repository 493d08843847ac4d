/** Awk that reads a file of settings as the program reads it which it belongs to: its sections, its keys, and where each value ends. */
import readingText from './reading.awk'

/**
 * Flags of an option: `s` it has a section, `f` the first of equal keys wins, `d` dashes and underscores are the same,
 * `c` so are cases, `w` blanks separate key and value, `a` it is to be absent, `v` its value is a secret.
 *
 * `manner(flags, separator, before, inline, format)` says how to read, `read_all()` reads line[1] to line[n] into
 * entries 1 to m: what[e] is item or header, top[e] and end[e] are its lines, within[e] the section as the program
 * compares it, place[e] the one that new keys are put into, name[e] the key as the program compares it, text[e] the
 * value, from[e] the column where it begins, rest[e] what stands after it, unclear[e] why its meaning is not known.
 */
export const reading = readingText
