/** How long a job was held up, where it was. */
import type { JobFact } from '../run/job-events.ts'

export function waitedFact(pausedMs: number, forWhat = 'the server'): readonly JobFact[] {
  return pausedMs === 0 ? [] : [{ name: 'waited', text: `${Math.round(pausedMs / 1000)} s for ${forWhat}` }]
}
