/** What job files import from `ops-recipes/jobs`: one function for each kind of job. */
import { archiveKind } from './archive/options.ts'
import { copyKind } from './copy/options.ts'
import { dumpKind } from './dump/options.ts'
import { type FieldsOf, type Job, jobFunction } from './options.ts'

export type { Job } from './options.ts'

export interface ArchiveFields extends FieldsOf<typeof archiveKind.options> {}

/** Old rows saved in a store, proved there, and only then deleted: what `ops db archive` does. */
export const archive: (fields: ArchiveFields) => Job = jobFunction(archiveKind)

export interface CopyFields extends FieldsOf<typeof copyKind.options> {}

/** A table brought into PostgreSQL, whole at first and then what changed: what `ops db copy` does. */
export const copy: (fields: CopyFields) => Job = jobFunction(copyKind)

export interface DumpFields extends FieldsOf<typeof dumpKind.options> {}

/** Each closed day of a table saved once, as a file that never changes: what `ops db dump` does. */
export const dump: (fields: DumpFields) => Job = jobFunction(dumpKind)
