/** Shell that gives several staged files their names by one program, one after the other. */
import { libraryOf } from '../library.ts'
import atOnceText from './at-once.sh'

/**
 * Part of the write library; see `joinedFunctions`. `ops_named_at_once` names the files from `ops_first_left` on, up to one with a
 * validator, and counts it forward. What each name was looked at as is compared right before its rename, and again after it: both
 * in the program that renames, in microseconds. Where that ends early, for whatever reason, nothing is decided: the next file is done
 * as if there were no such program, which then says what is wrong. The numbers are those of renameat2(2) and statx(2) for the machine
 * that the program itself was made for (elf.h, e_machine).
 */
export const atOnceFunctions = libraryOf('at-once', atOnceText, 'apply')
