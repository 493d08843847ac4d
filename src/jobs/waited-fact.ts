/** How long a job was held up, where it was, and how much of that it can be spared. */
import type { JobFact } from '../run/job-events.ts'
import { restsBy } from './rests.ts'

/** `restedMs`: so much of it were rests that an option sets. */
export function waitedFact(pausedMs: number, restedMs = 0, forWhat = 'the server'): readonly JobFact[] {
  if (pausedMs === 0) return []
  const rested = Math.round(restedMs / 1000)
  const rests =
    rested === 0
      ? ''
      : `, ${rested} s of that in rests: ${restsBy} 0 takes none, and others feel it; a small number takes short ones`
  return [{ name: 'waited', text: `${Math.round(pausedMs / 1000)} s for ${forWhat}${rests}` }]
}
