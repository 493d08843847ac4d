/** The kinds of jobs that a job file may be, each with the verb that does it. */
import type { JobVerb } from '../db/job-verb.ts'

// biome-ignore lint/suspicious/noExplicitAny: the one place where all kinds of jobs meet.
export type AnyJobVerb = JobVerb<any, any>

const kinds: Readonly<Record<string, () => Promise<AnyJobVerb>>> = {
  archive: async () => (await import('../db/archive.ts')).archiveVerb,
  copy: async () => (await import('../db/copy.ts')).copyVerb,
  dump: async () => (await import('../db/dump.ts')).dumpVerb,
  load: async () => (await import('../db/load.ts')).loadVerb,
  'queue drip': async () => (await import('../db/queue.ts')).dripVerb,
  'queue park': async () => (await import('../db/queue.ts')).parkVerb,
}

/** Undefined for a kind that this ops does not know. */
export async function jobVerbOf(job: string): Promise<AnyJobVerb | undefined> {
  return kinds[job]?.()
}

/** What job files call, as `archive({ ... })` or `queue.park({ ... })`. */
export const jobCalls = Object.keys(kinds).map(each => `${each.replace(' ', '.')}({ ... })`)
