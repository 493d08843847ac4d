/** What a dump writes beside its days, as JSON in the store: whose place it is, and a receipt for each day and revision. */
import { z } from 'zod'

export const dumpFormat = 'ops-dump/1'
export const markKey = 'dump.json'

const tableName = z.object({ database: z.string(), table: z.string() })

/** `dump.json`: what this place in the store is for. Another column or zone would cut days elsewhere. */
export const markSchema = z.object({
  format: z.literal(dumpFormat),
  table: tableName,
  by: z.string(),
  zone: z.string(),
  server: z.object({ name: z.string(), id: z.string(), uid: z.string().optional() }),
  createdAt: z.string(),
})
export type Mark = z.infer<typeof markSchema>

const digest = { rows: z.number().int(), hash: z.string() }

/** `receipts/DAY-rN.json`: proves one revision of one day. */
export const receiptSchema = z.object({
  format: z.literal('ops-dump-receipt/1'),
  day: z.string(),
  revision: z.number().int(),
  table: tableName,
  /** What the user called the server, and what it calls itself. */
  source: z.string(),
  server: z.string(),
  by: z.string(),
  kind: z.enum(['date', 'datetime', 'timestamp']),
  zone: z.string(),
  /** As the column was compared with: from, and before to. */
  from: z.string(),
  to: z.string(),
  fromUtc: z.string(),
  toUtc: z.string(),
  fingerprint: z.string(),
  /** The schema, as SHOW CREATE TABLE says it. */
  createTable: z.string(),
  /** Those that were saved, and how they were read. */
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      dataType: z.string(),
      readAs: z.enum(['text', 'double', 'utf8', 'number']),
    }),
  ),
  ...digest,
  object: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
  /** The server's time when the snapshot was taken. */
  seenAt: z.string(),
  /** How long the snapshot was open. */
  snapshotMs: z.number().int(),
  /** What the revision before held; undefined: this is the first. */
  before: z.object(digest).optional(),
})
export type Receipt = z.infer<typeof receiptSchema>

/** A day's revision by its name. */
export interface DayName {
  readonly day: string
  readonly revision: number
}

/** `token`: six characters of the run, so that what a killed run left is in nobody's way. */
export const objectKey = ({ day, revision }: DayName, token: string): string =>
  `days/${day}-r${revision}-${token}.tsv.gz`
export const receiptKey = ({ day, revision }: DayName): string => `receipts/${day}-r${revision}.json`

/** Undefined for a key that is neither an object nor a receipt of a day. */
export function dayNameIn(key: string): (DayName & { readonly isReceipt: boolean }) | undefined {
  const [, folder, day, revision] =
    /^(days|receipts)\/(\d{4}-\d\d-\d\d)-r([1-9]\d*)(?:-[0-9a-f]+\.tsv\.gz|\.json)$/.exec(key) ?? []
  if (day === undefined) return undefined
  return { day, revision: Number(revision), isReceipt: folder === 'receipts' }
}
