/** What job files import from `ops-recipes/jobs`: one function for each kind of job. */
import { archiveKind } from './archive/options.ts'
import { copyKind } from './copy/options.ts'
import { dumpKind } from './dump/options.ts'
import { loadKind } from './load/options.ts'
import { type FieldsOf, type Job, jobFunction } from './options.ts'
import { dripKind, parkKind, type QueueOptions } from './queue/options.ts'

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

export interface LoadFields extends FieldsOf<typeof loadKind.options> {}

/** A file into a table, all of its rows or none: what `ops db load` does. */
export const load: (fields: LoadFields) => Job = jobFunction(loadKind)

export interface QueueFields extends FieldsOf<QueueOptions> {}

/** Jobs of a queue parked beside it, and brought back while few wait: what `ops db queue` does. */
export const queue: {
  readonly park: (fields: QueueFields) => Job
  readonly drip: (fields: QueueFields) => Job
} = { park: jobFunction(parkKind), drip: jobFunction(dripKind) }
