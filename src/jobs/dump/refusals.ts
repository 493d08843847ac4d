/** What keeps a dump from being made, all of it at once, each with its reason and the way out. Pure. */
import { type ErrorData, inputError, OpsError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { type Grant, may } from '../../mysql/grants.ts'
import { keyOrError } from '../../mysql/keys.ts'
import type { ReplicaState } from '../../mysql/replica-state.ts'
import { tableText } from '../../mysql/table-name.ts'
import { grantText } from '../archive/refusals.ts'
import { refuseColumn, timeColumn } from '../time-column.ts'
import type { OldestTransaction } from './open-transactions.ts'

/** What was seen, and what is wanted. */
export interface Seen {
  readonly table: Table
  readonly grants: readonly Grant[]
  readonly by: string
  /** A scan of the whole table was allowed. */
  readonly scans: boolean
  /** Closed days are to be compared again. */
  readonly rechecks: boolean
  readonly oldest: OldestTransaction | undefined | 'unseen'
  readonly replica: ReplicaState
  readonly isReadOnly: boolean
  /** Other runs do the other days. */
  readonly isShard: boolean
  /** Days may be closed although open transactions cannot be seen. */
  readonly unwatched: boolean
}

/** Empty: nothing is against it. */
export function refusals(seen: Seen): readonly ErrorData[] {
  const { table, grants, by, scans, rechecks, oldest, replica, isReadOnly, unwatched, isShard } = seen
  const where = tableText(table)
  const found: ErrorData[] = []
  const refuse = (title: string, next: string): void => void found.push(inputError(title, { next }).data)
  if (table.kind.includes('VIEW')) {
    refuse(`${where} is a view`, 'Name the table that holds the rows.')
    return found
  }
  const key = keyOrError(table)
  if (key instanceof OpsError) found.push(key.data)
  refuseColumn({ table, by }, refuse)
  if (table.engine !== 'InnoDB') {
    refuse(
      `${where} is a table of the engine ${table.engine}, which has no snapshots`,
      `A day could change while it is read: ALTER TABLE ${where} ENGINE=InnoDB.`,
    )
  }
  if (timeColumn({ table, by }) && indexOn(table, by) === undefined) {
    const { rows, dataBytes } = table.estimate
    const add = `Add one: ALTER TABLE ${where} ADD INDEX (${by}).`
    const title = `no index of ${where} begins with ${by}`
    if (!scans)
      refuse(
        title,
        `${add} Or allow a scan with --scan: each run then reads the whole table in one snapshot, about ${rows.toLocaleString('en')} rows and ${Math.ceil(dataBytes / 1_000_000).toLocaleString('en')} MB.`,
      )
    else if (isShard)
      refuse(
        title,
        `${add} Without it each shard would read the whole table to find its days: leave --shard out.`,
      )
    else if (rechecks)
      refuse(title, `${add} Without it --recheck would read the whole table for each day; leave it out.`)
  }
  if (!may(grants, 'SELECT', table)) refuse(`the account may not read ${where}`, grantText('SELECT', table))
  if (oldest === 'unseen' && !unwatched) {
    refuse(
      'not watched: the account cannot see open transactions, so that no day is known to be closed',
      'A transaction that began before a day ended may commit rows of it later. Give the account the right: GRANT PROCESS ON *.* TO the account. Or dump without that knowledge with --unwatched, and find late rows with --recheck.',
    )
  }
  if (replica === 'stopped') {
    refuse(
      'this server is a replica, and its replication has stopped: rows of days that have ended may be missing',
      'Start it (START REPLICA, or START SLAVE) and wait until it has caught up, or name the server that the rows are written to.',
    )
  }
  if (replica === 'unseen' && isReadOnly && !unwatched) {
    refuse(
      'not watched: this server is read-only, and the account cannot see whether it is a replica that is behind',
      'Rows of days that have ended may be missing. Give the account the right (REPLICA MONITOR in MariaDB 10.5 and later, else REPLICATION CLIENT), or dump without that knowledge with --unwatched.',
    )
  }
  return found
}

/** The index that begins with this column. */
export function indexOn(table: Table, by: string): string | undefined {
  return table.indexes.find(
    ({ columns: [first], kind, isIgnored }) =>
      first?.name === by && !first.isPrefix && !first.isDescending && kind === 'BTREE' && !isIgnored,
  )?.name
}
