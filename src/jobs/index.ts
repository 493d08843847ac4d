/** What job files import from `ops-recipes/jobs`: one function for each kind of job. */
import { archiveKind } from './archive/options.ts'
import { type FieldsOf, type Job, jobFunction } from './options.ts'

export type { Job } from './options.ts'

export interface ArchiveFields extends FieldsOf<typeof archiveKind.options> {}

/** Old rows saved in a store, proved there, and only then deleted: what `ops db archive` does. */
export const archive: (fields: ArchiveFields) => Job = jobFunction(archiveKind)
