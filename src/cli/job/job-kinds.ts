/** The kinds of jobs that a job file may be, each with the verb that does it. */
import type { JobVerb } from '../db/job-verb.ts'

// biome-ignore lint/suspicious/noExplicitAny: the one place where all kinds of jobs meet.
export type AnyJobVerb = JobVerb<any, any>

const kinds: Readonly<Record<string, () => Promise<AnyJobVerb>>> = {
  archive: async () => (await import('../db/archive.ts')).archiveVerb,
  copy: async () => (await import('../db/copy.ts')).copyVerb,
  dump: async () => (await import('../db/dump.ts')).dumpVerb,
}

/** Undefined for a kind that this ops does not know. */
export async function jobVerbOf(job: string): Promise<AnyJobVerb | undefined> {
  return kinds[job]?.()
}

/** The names of all kinds. */
export const jobKindNames = Object.keys(kinds)
