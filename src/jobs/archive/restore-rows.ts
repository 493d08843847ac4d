/** Puts saved rows into a table: all of a batch or none, what is there is left, and what is inserted is read back in the same transaction. */
import { type OpsError, retold } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { type RowColumn, selectList } from '../../mysql/column-sql.ts'
import type { Key } from '../../mysql/keys.ts'
import { among } from '../../mysql/keyset.ts'
import { duplicatedKey, errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import { rowHash } from '../../mysql/row-hash.ts'
import { insertStatements } from '../../mysql/row-writer.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import { otherRowError } from '../rows/other-row.ts'
import { refusedRow } from '../rows/refused-row.ts'
import { withWhatStays } from '../rows/takes-nothing-back.ts'
import { savedRow } from './finish-earlier.ts'
import { keyText } from './read-saved.ts'
import { positionToHex } from './records.ts'

/** How many were put there, were there already, and have another row of their key. */
export interface RestoredRows {
  restored: number
  present: number
  other: number
  /** The keys of some of the last. */
  otherKeys: readonly string[]
}

const mostKeys = 3

export const noneRestored = (): RestoredRows => ({ restored: 0, present: 0, other: 0, otherKeys: [] })

/** What of a batch came of one try. */
type Counts = Readonly<RestoredRows>

/** Where rows go, and by which key they are found there. */
export interface RestoreTarget {
  readonly session: Session
  readonly table: Table
  readonly key: Key
  readonly maxAllowedPacket: number
}

interface Into extends RestoreTarget {
  /** As the rows were saved. */
  readonly columns: readonly RowColumn[]
}

const batchRows = 500
/** Rows that somebody else wrote between the look and the INSERT are seen by the next look. */
const mostTries = 3

/** Adds to `totals` with each batch, so that they are true also where a later one fails. */
export async function restoreRows(
  target: RestoreTarget,
  columns: readonly RowColumn[],
  rows: readonly WireRow[],
  totals: RestoredRows,
): Promise<void> {
  const into = { ...target, columns }
  for (let from = 0; from < rows.length; from += batchRows) {
    const counts = await restoreBatch(into, rows.slice(from, from + batchRows))
    totals.restored += counts.restored
    totals.present += counts.present
    totals.other += counts.other
    totals.otherKeys = [...totals.otherKeys, ...counts.otherKeys].slice(0, mostKeys)
  }
}

async function restoreBatch(into: Into, batch: readonly WireRow[]): Promise<Counts> {
  const { session, table, key } = into
  for (let tries = 1; ; tries++) {
    try {
      return await session.transaction(() => insertMissing(into, batch), `restoring ${tableText(table)}`)
    } catch (thrown) {
      const isDuplicate = errorNumber(thrown) === serverErrors.duplicateKey
      if (isDuplicate && tries < mostTries) continue
      const told = isDuplicate ? duplicateError(thrown, table, key) : thrown
      throw withWhatStays(
        told,
        table,
        'Those that are as they were saved count as restored when the same command is run again.',
      )
    }
  }
}

async function insertMissing(into: Into, batch: readonly WireRow[]): Promise<Counts> {
  const { session, table, key, columns, maxAllowedPacket } = into
  const doing = `restoring ${tableText(table)}`
  const before = await hashesThere(into, batch)
  const equal = batch.filter(row => before.hashes.has(rowHash(row)))
  const rest = batch.filter(row => !before.hashes.has(rowHash(row)))
  // Keys are the same as the server compares them: only where some are there must each be asked about.
  const missing = before.rows === equal.length ? rest : await notThere(into, rest)
  try {
    for (const { statement } of insertStatements(table, columns, missing, maxAllowedPacket))
      await session.query(statement, doing)
  } catch (thrown) {
    throw refusedRow(thrown, 'of this batch')
  }
  const after = await hashesThere(into, missing)
  const lost = missing.filter(row => !after.hashes.has(rowHash(row)))
  if (lost.length > 0) {
    const title = `${lost.length} of ${missing.length} restored rows of ${tableText(table)} are not what was saved`
    const [row] = lost
    throw await otherRowError(
      session,
      table,
      title,
      'of this batch',
      row && { row, columns, key: key.columns },
    )
  }
  const isMissing = new Set(missing)
  const others = missing.length === rest.length ? [] : rest.filter(row => !isMissing.has(row))
  return {
    restored: missing.length,
    present: equal.length,
    other: others.length,
    otherKeys: others.slice(0, mostKeys).map(row => keyOfRow(row, columns, key)),
  }
}

/** The key that names the rows is not to go, whatever is in the way. */
function duplicateError(thrown: unknown, table: Table, { index: own }: Key): OpsError {
  const where = tableText(table)
  const key = duplicatedKey(thrown, table.indexes)
  const isOwn = key === undefined || key === 'PRIMARY' || key === own
  const way = isOwn
    ? `Something else writes rows into ${where} just now, or two saved rows are one to its key as it compares them. Stop what writes there and run the same command again, or restore into a table of its own with --into: it is made as it was archived.`
    : `Rows of other times have the same value of the unique key ${key}. Drop it from ${where} (ALTER TABLE ... DROP INDEX) and run the same command again, or restore into a table of its own without it.`
  const next = `Nothing of this batch was restored. ${way}`
  return retold(thrown, () => ({ next }))
}

async function hashesThere(
  into: Into,
  rows: readonly WireRow[],
): Promise<{ readonly hashes: ReadonlySet<string>; readonly rows: number }> {
  const { session, table, columns } = into
  const hashes = new Set<string>()
  let found = 0
  if (rows.length > 0) {
    const statement = sql`SELECT ${selectList(columns)} FROM ${tableSql(table)} WHERE ${keysOf(into, rows)} FOR UPDATE`
    await session.query(statement, `reading ${tableText(table)}`, {
      onRow: row => {
        hashes.add(rowHash(row))
        found += 1
      },
    })
  }
  return { hashes, rows: found }
}

async function notThere(into: Into, rows: readonly WireRow[]): Promise<WireRow[]> {
  const missing: WireRow[] = []
  for (const row of rows) {
    if ((await hashesThere(into, [row])).rows === 0) missing.push(row)
  }
  return missing
}

function keysOf({ key, columns }: Into, rows: readonly WireRow[]): ReturnType<typeof among> {
  const keyColumns = key.columns.flatMap(column => columns.find(each => each.name === column) ?? [])
  return among(
    keyColumns,
    rows.map(row => savedRow(row, columns, key).key),
  )
}

function keyOfRow(row: WireRow, columns: readonly RowColumn[], key: Key): string {
  return keyText(positionToHex(savedRow(row, columns, key).key))
}
