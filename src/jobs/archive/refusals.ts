/** What keeps an archive from being made, all of it at once, each with its reason and the way out. Pure. */
import { type ErrorData, inputError, OpsError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { type Grant, may, mayEverywhere } from '../../mysql/grants.ts'
import type { Index } from '../../mysql/indexes.ts'
import { keyOrError } from '../../mysql/keys.ts'
import type { ServerState } from '../../mysql/server-state.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import { refuseColumn, timeColumn } from '../time-column.ts'

/** What was seen, and what is wanted. */
export interface Seen {
  readonly table: Table
  readonly state: ServerState
  readonly grants: readonly Grant[]
  readonly by: string
  readonly deletes: boolean
  /** A scan of the whole table was allowed. */
  readonly scans: boolean
  /** Tables whose rows go with them. Undefined: none. */
  readonly with?: readonly TableName[]
}

/** Empty: nothing is against it. */
export function refusals(seen: Seen): readonly ErrorData[] {
  const { table, state, grants, by, deletes, scans } = seen
  const where = tableText(table)
  const found: ErrorData[] = []
  const refuse = (title: string, next: string): void => void found.push(inputError(title, { next }).data)
  const keep = 'Or keep them there: --no-delete saves the rows and deletes none.'

  // It has no key and no index, and cannot get them.
  if (table.kind.includes('VIEW')) {
    refuse(`${where} is a view`, 'Name the table that holds the rows.')
    return found
  }
  const key = keyOrError(table)
  if (key instanceof OpsError) found.push(key.data)
  refuseColumn(seen, refuse)
  if (timeColumn(seen) && indexOn(table, by) === undefined && !scans) {
    const { rows, dataBytes } = table.estimate
    refuse(
      `no index of ${where} begins with ${by}`,
      `Add one: ALTER TABLE ${where} ADD INDEX (${by}). Or allow a scan with --scan: each run then reads the whole table in the order of its key, about ${rows.toLocaleString('en')} rows and ${Math.ceil(dataBytes / 1_000_000).toLocaleString('en')} MB.`,
    )
  }
  if (!may(grants, 'SELECT', table)) refuse(`the account may not read ${where}`, grantText('SELECT', table))
  if (!deletes) return found

  if (!may(grants, 'DELETE', table))
    refuse(`the account may not delete from ${where}`, `${grantText('DELETE', table)} ${keep}`)
  if (state.isReadOnly) {
    refuse(
      `${state.hostname} is read-only: a replica, or closed for writing`,
      `Name the server that the rows are written to. ${keep}`,
    )
  }
  if (state.binlogFormat === 'STATEMENT') {
    refuse(
      'the server logs statements (binlog_format = STATEMENT), and refuses to delete in READ COMMITTED then',
      `Set binlog_format to MIXED or ROW. ${keep}`,
    )
  }
  if (table.engine !== 'InnoDB') {
    refuse(
      `${where} is a table of the engine ${table.engine}, which cannot roll back`,
      `A delete that ends half-way could not be undone: ALTER TABLE ${where} ENGINE=InnoDB. ${keep}`,
    )
  }
  if (table.kind === 'SYSTEM VERSIONED') {
    refuse(
      `${where} keeps the history of its rows: a deleted row would go on taking up its place`,
      `Archive it without deleting, and let old history go with ALTER TABLE ... DROP PARTITION or DELETE HISTORY. ${keep}`,
    )
  }
  const goesWith = (child: TableName): boolean =>
    (seen.with ?? []).some(each => each.database === child.database && each.table === child.table)
  for (const child of table.children.filter(
    each => ['CASCADE', 'SET NULL', 'SET DEFAULT'].includes(each.onDelete) && !goesWith(each.table),
  )) {
    refuse(
      `deleting from ${where} would change ${tableText(child.table)} too: its foreign key ${child.constraint} is ON DELETE ${child.onDelete}`,
      `What it holds there would be lost without being saved. ${tableText(child.table) === where ? 'Let that key be RESTRICT: rows that others refer to stay then.' : `Let them go with theirs: --with ${tableText(child.table)}.`} ${keep}`,
    )
  }
  for (const trigger of table.triggers.filter(each => each.event === 'DELETE')) {
    refuse(
      `the trigger ${trigger.name} of ${where} fires with each deleted row`,
      `Nobody can tell what it changes elsewhere: drop it while the job runs, if what it does is not meant for archived rows. ${keep}`,
    )
  }
  if (!may(grants, 'TRIGGER', table)) {
    refuse(`the account cannot see whether ${where} has triggers`, `${grantText('TRIGGER', table)} ${keep}`)
  }
  // A child may be in any database, and servers list only the foreign keys of tables on which the account has a right; on
  // MariaDB and old MySQL one beside SELECT.
  if (!['REFERENCES', 'TRIGGER', 'DELETE'].some(right => mayEverywhere(grants, right))) {
    refuse(
      `the account cannot see whether foreign keys of other tables lead to ${where}`,
      `Rows of a child could go with those of its parent, unsaved, and the server hides those of databases where the account has no right but to read: GRANT REFERENCES ON *.* TO the account. ${keep}`,
    )
  }
  return found
}

/** Any index will do for the walk that `orderBy` chooses; the others would be a scan as well. */
export function indexOn(table: Table, by: string): Index | undefined {
  return table.indexes.find(
    index => index.columns[0]?.name === by && index.kind === 'BTREE' && !index.isIgnored,
  )
}

export function grantText(privilege: string, { database, table }: Table): string {
  return `Give it the right: GRANT ${privilege} ON \`${database}\`.\`${table}\` TO the account.`
}
