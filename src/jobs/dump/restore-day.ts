/** Puts one dumped day into a table: all of it or nothing, compared by the server before it is committed. */
import { OpsError, retold } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { selectList } from '../../mysql/column-sql.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import { type RowsDigest, RowsHasher, rowHash, sameRows } from '../../mysql/row-hash.ts'
import { isSameOnServer, serverDigest } from '../../mysql/row-hash-sql.ts'
import { insertStatements } from '../../mysql/row-writer.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import type { WireRow } from '../../mysql/wire-row.ts'
import { checked, openEncrypted } from '../../store/prove.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError } from '../../store/store-error.ts'
import { otherRowError } from '../rows/other-row.ts'
import { refusedRow } from '../rows/refused-row.ts'
import { unpackRows } from '../rows/rows-file.ts'
import { engineWithoutRollback, withWhatStays } from '../rows/takes-nothing-back.ts'
import { betweenSql } from './find-days.ts'
import type { Receipt } from './records.ts'

/** Rows are gathered to this size before they are sent. */
const batchBytes = 512 * 1024

/** What a table has of a dumped day. */
export type DayThere = 'none' | 'all' | 'other'

/** Compared by the server where it can, else the rows are read. */
export async function dayThere(session: Session, table: Table, receipt: Receipt): Promise<DayThere> {
  const { columns, by, from, to } = receipt
  const rest = sql`FROM ${tableSql(table)} WHERE ${betweenSql(by, from, to)}`
  const doing = `comparing ${receipt.day} of ${tableText(table)}`
  const onServer = await serverDigest(session, columns, rest, doing)
  if (onServer.rows === 0) return 'none'
  if (onServer.rows !== receipt.rows) return 'other'
  if (isSameOnServer(onServer, receipt)) return 'all'
  const hasher = new RowsHasher()
  await session.query(sql`SELECT ${selectList(columns)} ${rest}`, doing, {
    onRow: each => void hasher.add(each),
  })
  return sameRows(hasher.digest(), receipt) ? 'all' : 'other'
}

/** Of the lock wait of our sessions, a second each. */
const mostTries = 60

/**
 * As `insertAll`. A run that was killed may still have the day in a transaction that the server has not ended yet: then it
 * is tried again, and left as it is where that one was committed.
 */
export async function restoreDay(
  session: Session,
  store: Store,
  table: Table,
  receipt: Receipt,
  maxAllowedPacket: number,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await insertAll(session, store, table, receipt, maxAllowedPacket)
    } catch (thrown) {
      const number = errorNumber(thrown)
      if (engineWithoutRollback(table) !== undefined) {
        const way = `Delete its rows of ${receipt.day}, or name another table with --into, before the same command is run again.`
        const told =
          number === serverErrors.duplicateKey ? await inTwoDays(session, thrown, table, receipt) : thrown
        throw withWhatStays(told, table, way)
      }
      const waits = number === serverErrors.lockWaitTimeout || number === serverErrors.deadlock
      if ((!waits && number !== serverErrors.duplicateKey) || tries >= mostTries) throw refused(thrown)
      const there = await dayThere(session, table, receipt)
      if (there === 'all') return
      if (number === serverErrors.duplicateKey) throw await inTwoDays(session, thrown, table, receipt)
      if (there === 'other' || !waits) throw thrown
    }
  }
}

function refused(thrown: unknown): unknown {
  return errorNumber(thrown) === undefined ? thrown : refusedRow(thrown, 'of this day')
}

async function inTwoDays(
  session: Session,
  thrown: unknown,
  table: Table,
  { day, by, from, to }: Receipt,
): Promise<OpsError> {
  const where = tableText(table)
  const others = sql`SELECT 1 FROM ${tableSql(table)} WHERE NOT (${betweenSql(by, from, to)}) LIMIT 1`
  const isAlone = (await session.value(others, `looking for other days in ${where}`)) === undefined
  const moved = `A row of another day has the same key: its ${by} was changed after one of the two days was dumped, and each dump keeps the row as it was then.`
  const detail = `${isAlone ? 'No row of another day is there, so that' : `${moved} Or`} two dumped rows are one to its key as this table compares them (upper and lower case, accents), or something else writes rows into it just now.`
  const keyless = `CREATE TABLE ... LIKE ${where}, drop its keys, and name it with --into`
  const next = isAlone
    ? `Name a table with --into that is not there: it is made as it was dumped. Or restore into one without unique keys: ${keyless}.`
    : `Restore into a table without unique keys, which takes both forms: ${keyless}. Or restore ${day} alone with --day.`
  return retold(thrown, () => ({ detail, next }))
}

/** What was thrown; where the file itself is gone or broken, with what to do. */
function ofBroken(thrown: unknown, store: Store, receipt: Receipt): unknown {
  const isOther = isStoreError(thrown) && !isStoreError(thrown, 'wrong', 'absent')
  const isServers = errorNumber(thrown) !== undefined
  if (!(thrown instanceof OpsError) || thrown.data.code !== 'failed' || isOther || isServers) return thrown
  return new OpsError({ ...thrown.data, next: nextForBroken(store, receipt) }, { cause: thrown })
}

function nextForBroken({ url }: Store, { day, object }: Receipt): string {
  return `Nothing of ${day} was restored. Bring ${object} back from a version or a copy of the store, and run the same command again. To have the other days before that: ops db dump verify ${url} names each that is broken, and --day restores one that is whole beside those that are there.`
}

/** @throws OpsError where the file or the table afterwards does not hold what the receipt says: nothing is changed then. */
async function insertAll(
  session: Session,
  store: Store,
  table: Table,
  receipt: Receipt,
  maxAllowedPacket: number,
): Promise<void> {
  const doing = `restoring ${receipt.day} into ${tableText(table)}`
  await session.transaction(async () => {
    const digest = await insertDay(session, store, table, receipt, maxAllowedPacket, doing)
    if (!sameRows(digest, receipt)) {
      throw new OpsError({
        code: 'failed',
        title: `${store.url}/${receipt.object} holds other rows than its receipt says`,
        detail: `${digest.rows} rows with hash ${digest.hash}; the receipt says ${receipt.rows} with ${receipt.hash}.`,
        changed: 'no',
        next: nextForBroken(store, receipt),
      })
    }
    if (digest.rows > 0 && (await dayThere(session, table, receipt)) !== 'all') {
      const title = `the rows of ${receipt.day} in ${tableText(table)} are not what was dumped`
      throw await otherRowError(
        session,
        table,
        title,
        'of this day',
        await firstOther(session, store, table, receipt),
      )
    }
  }, doing)
}

/** More hashes than these are not held for an error. */
const mostHashes = 200_000

/** One of the dumped rows that are not there as they were. */
async function firstOther(
  session: Session,
  store: Store,
  table: Table,
  receipt: Receipt,
): Promise<Parameters<typeof otherRowError>[4]> {
  const { columns, by, from, to } = receipt
  if (receipt.rows > mostHashes) return undefined
  const there = new Set<string>()
  await session.query(
    sql`SELECT ${selectList(columns)} FROM ${tableSql(table)} WHERE ${betweenSql(by, from, to)}`,
    `reading ${tableText(table)}`,
    { onRow: row => void there.add(rowHash(row)) },
  )
  let key: readonly string[] = []
  let found: WireRow | undefined
  const { body } = await openEncrypted(store, receipt.object)
  await unpackRows(
    body as AsyncIterable<Buffer>,
    receipt.object,
    header => {
      key = header.key
    },
    row => {
      if (!found && !there.has(rowHash(row))) found = Buffer.from(row)
    },
  )
  return found && { row: found, columns, key }
}

async function insertDay(
  session: Session,
  store: Store,
  table: Table,
  receipt: Receipt,
  maxAllowedPacket: number,
  doing: string,
): Promise<RowsDigest> {
  const opened = await openEncrypted(store, receipt.object).catch((thrown: unknown) => {
    throw ofBroken(thrown, store, receipt)
  })
  const name = `${store.url}/${receipt.object}`
  const hasher = new RowsHasher()
  let batch: WireRow[] = []
  let bytes = 0
  const send = async (): Promise<void> => {
    for (const { statement } of insertStatements(table, receipt.columns, batch, maxAllowedPacket))
      await session.query(statement, doing)
    batch = []
    bytes = 0
  }
  await unpackRows(
    checked(opened, receipt, name),
    name,
    () => undefined,
    row => {
      hasher.add(row)
      batch.push(row)
      bytes += row.length
      return bytes > batchBytes ? send() : undefined
    },
  ).catch((thrown: unknown) => {
    throw ofBroken(thrown, store, receipt)
  })
  await send()
  return hasher.digest()
}
