/** Shell functions with which a trip tells where its time went on the host, to the hundredth of a second. */

import clockText from './clock.sh'
import clockSyncsText from './clock-syncs.sh'
import { bareShell } from './library.ts'

/** What a host spends its time on. */
const phases = ['look', 'act', 'sync', 'proof'] as const
export type Phase = (typeof phases)[number]
/** Milliseconds. */
export type Spent = Readonly<Record<Phase, number>>

export const nothingSpent: Spent = { look: 0, act: 0, sync: 0, proof: 0 }

/** `ops_clock PHASE` begins a phase and ends the one before; `ops_spent` frames as \`spent\` how long each took, in that order. */
export const clockFunctions = bareShell(clockText)

/** Every sync of an apply is told apart from it: \`ops_syncs_took\` adds them up, for \`ops_spent\`. */
export const syncClockFunctions = bareShell(clockSyncsText)

/** What a frame of `ops_spent` says, added to what was spent before. */
export function addSpent(before: Spent, words: readonly string[]): Spent {
  const milliseconds = (index: number): number => Math.max(0, (Number(words[index]) || 0) * 10)
  return {
    look: before.look + milliseconds(0),
    act: before.act + milliseconds(1),
    sync: before.sync + milliseconds(2),
    proof: before.proof + milliseconds(3),
  }
}
