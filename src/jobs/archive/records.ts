/**
 * What an archive writes beside its rows, as JSON in the store: the mark of the archive, its runs, a receipt for each saved
 * chunk, and what became of the rows of it. They are the only state there is, so that any machine can go on.
 */
import { z } from 'zod'
import type { Position } from '../../mysql/keyset.ts'

export const archiveFormat = 'ops-archive/1'

const tableName = z.object({ database: z.string(), table: z.string() })
/** A cell as it goes into JSON: its bytes in hex, or NULL. */
export const cells = z.array(
  z
    .string()
    .regex(/^(?:[0-9a-f]{2})*$/)
    .nullable(),
)

/** `archive.json`: what this place in the store is for. */
export const markSchema = z.object({
  format: z.literal(archiveFormat),
  table: tableName,
  /** Whose rows they are; undefined: an older ops began it. */
  server: z.object({ name: z.string(), id: z.string(), uid: z.string().optional() }).optional(),
  createdAt: z.string(),
})
export type Mark = z.infer<typeof markSchema>

/** Which rows are old, with everything resolved. */
const conditionSchema = z.object({
  by: z.string(),
  /** What the column is compared with, as the server reads it. */
  before: z.string(),
  beforeUtc: z.string(),
  /** Below it are zero dates alone, which are not old. Undefined: an older ops took them for old. */
  from: z.string().optional(),
  /** SQL of the user. */
  where: z.string().optional(),
})
export type Condition = z.infer<typeof conditionSchema>

/** How a receipt names a server: by its host name, and what it alone has. */
export function serverText({
  hostname,
  identity,
}: {
  readonly hostname: string
  readonly identity: string
}): string {
  return `${hostname} ${identity}`
}

/** `receipts/RUN-CHUNK.json`: proves one saved chunk. */
export const receiptSchema = z.object({
  format: z.literal('ops-archive-receipt/1'),
  run: z.string(),
  chunk: z.number().int(),
  table: tableName,
  /** What the user called the server, and what it calls itself. */
  source: z.string(),
  server: z.string(),
  fingerprint: z.string(),
  condition: conditionSchema,
  key: z.array(z.string()),
  first: cells,
  last: cells,
  rows: z.number().int(),
  hash: z.string(),
  object: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
  /** Rows of other tables that refer to these, saved with them (`--with`). */
  with: z
    .array(
      z.object({
        table: tableName,
        fingerprint: z.string(),
        key: z.array(z.string()),
        /** Its columns that refer, each with the one that it refers to. */
        link: z.array(z.object({ column: z.string(), to: z.string() })),
        rows: z.number().int(),
        hash: z.string(),
        object: z.string(),
        sizeBytes: z.number().int(),
        sha256: z.string(),
      }),
    )
    .optional(),
  /** Whether its rows are to be deleted from the table. */
  deletes: z.boolean(),
  savedAt: z.string(),
})
export type Receipt = z.infer<typeof receiptSchema>
/** What a receipt says of the rows of one other table. */
export type WithReceipt = NonNullable<Receipt['with']>[number]

/** `done/RUN-CHUNK.json`: the rows of that chunk were deleted, and which were not. */
export const doneSchema = z.object({
  format: z.literal('ops-archive-done/1'),
  run: z.string(),
  chunk: z.number().int(),
  deleted: z.number().int(),
  /** No longer there when they were to be deleted: of an earlier try, or somebody else did. */
  gone: z.number().int(),
  /** Keys of rows that are in the table still, most of them changed since: what was saved of them is not restored. */
  stayed: z.array(cells),
  /** The same of the rows saved with them, in the order of the receipt. */
  with: z.array(z.object({ deleted: z.number().int(), stayed: z.array(cells) })).optional(),
  doneAt: z.string(),
})
export type Done = z.infer<typeof doneSchema>

export const markKey = 'archive.json'

/** The name that the objects of a chunk share: runs by their time, chunks by their number, so that names sort by age. */
export function chunkName(run: string, chunk: number): string {
  return `${run}-${String(chunk).padStart(6, '0')}`
}

export const rowsKey = (name: string): string => `rows/${name}.tsv.gz`
/** Rows of other tables, by their place in the receipt. */
export const withKey = (name: string, index: number): string => `with/${name}-${index}.tsv.gz`
/** The chunk whose receipt must name an object of other tables' rows. */
export const chunkOfWith = (key: string): string => nameIn(key).replace(/-\d+$/, '')
export const receiptKey = (name: string): string => `receipts/${name}.json`
export const doneKey = (name: string): string => `done/${name}.json`

/** The shared name in a key, as `nameIn('receipts/', ...)`. */
export function nameIn(key: string): string {
  return key.replace(/^[^/]*\//, '').replace(/\.(?:json|tsv\.gz)$/, '')
}

/**
 * `now` is the server's: clocks of laptops differ. Where that is not later than the newest run there is, as in the same second
 * or after a clock was set back, it is one second after that.
 */
export function newRun(now: Date, random: string, newest?: string): string {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(newest ?? '') ?? []
  const after =
    year === undefined ? 0 : Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + 1_000
  if (now.getTime() < after) return newRun(new Date(after), random)
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${random}`
}

export function positionToHex(position: Position): (string | null)[] {
  return position.map(cell => cell?.toString('hex') ?? null)
}

export function positionFromHex(hex: readonly (string | null)[]): Position {
  return hex.map(cell => (cell === null ? null : Buffer.from(cell, 'hex')))
}
