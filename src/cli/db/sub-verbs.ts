/** The sub-verbs of `ops db`: what its help lists, and where each one lives. */
import type { Verb } from '../verb.ts'

export const dbVerbs: readonly Verb[] = []
