/** Another table whose rows go with those that they refer to (`--with`): what it is, and which rows of it refer to which. */
import { type ErrorData, inputError, OpsError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import { type RowColumn, readSql, rowColumns, selectList } from '../../mysql/column-sql.ts'
import { readForeignKey } from '../../mysql/foreign-keys.ts'
import { type Grant, may } from '../../mysql/grants.ts'
import { type Key, keyOrError } from '../../mysql/keys.ts'
import { among, type Position } from '../../mysql/keyset.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { cellsOf, rowOf, type WireRow } from '../../mysql/wire-row.ts'
import { positionToHex } from './records.ts'

/** A column that refers, and the one that it refers to. */
export interface LinkColumn {
  readonly column: string
  readonly to: string
}

/** What is needed to find the rows of another table that refer to given ones. */
export interface WithChild {
  readonly table: TableName
  readonly key: Key
  /** As they are read for the hash. */
  readonly columns: readonly RowColumn[]
  readonly link: readonly LinkColumn[]
}

/** A child as the plan looked at it. */
export interface PlannedChild extends WithChild {
  readonly looked: Table
  readonly createTable: string
  /** As `items_ibfk_1`. */
  readonly constraint: string
}

/** The parents that rows refer to. */
export interface Parents {
  readonly table: TableName
  readonly key: Key
  readonly columns: readonly RowColumn[]
}

/** Looks at the tables that `--with` names; whatever is against one of them is added to `errors`. */
export async function readWith(
  session: Session,
  parent: Table,
  wanted: readonly TableName[],
  {
    grants,
    deletes,
    errors,
  }: { readonly grants: readonly Grant[]; readonly deletes: boolean; readonly errors: ErrorData[] },
): Promise<readonly PlannedChild[]> {
  const found: PlannedChild[] = []
  for (const each of wanted) {
    const problem = await readOne(session, parent, each, { grants, deletes })
    if ('constraint' in problem) found.push(problem)
    else errors.push(...problem)
  }
  return found
}

async function readOne(
  session: Session,
  parent: Table,
  wanted: TableName,
  { grants, deletes }: { readonly grants: readonly Grant[]; readonly deletes: boolean },
): Promise<PlannedChild | readonly ErrorData[]> {
  const refused = (title: string, next: string): readonly ErrorData[] => [inputError(title, { next }).data]
  const links = parent.children.filter(({ table }) => isSame(table, wanted))
  const where = tableText(wanted)
  const [link] = links
  if (!link) return [noChild(parent, wanted)]
  if (isSame(parent, wanted)) {
    return refused(
      `${where} refers to itself by ${link.constraint}`,
      'Rows of one table that hang together cannot go with each other yet. Save them with --no-delete.',
    )
  }
  if (links.length > 1) {
    return refused(
      `${where} refers to ${tableText(parent)} by several foreign keys: ${links.map(each => each.constraint).join(', ')}`,
      'A row that refers to two parents would go with the first of them. Archive it by itself, with a time of its own.',
    )
  }
  const table = await readTable(session, wanted)
  const key = keyOrError(table)
  if (key instanceof OpsError) return [key.data]
  const against = deletes ? againstDeleting(table, grants) : []
  if (!may(grants, 'SELECT', table))
    against.push(...refused(`the account may not read ${where}`, 'Give it the right: GRANT SELECT.'))
  if (against.length > 0) return against
  const [record] = await session.records(sql`SHOW CREATE TABLE ${tableSql(table)}`, `looking at ${where}`)
  return {
    looked: table,
    table: wanted,
    key,
    columns: rowColumns(table, key.columns),
    link: await readForeignKey(session, link),
    constraint: link.constraint,
    createTable: record?.['Create Table'] ?? '',
  }
}

function noChild(parent: Table, wanted: TableName): ErrorData {
  const names = parent.children.map(each => tableText(each.table))
  const near = nearest(tableText(wanted), names)
  return inputError(`--with ${tableText(wanted)}: it has no foreign key to ${tableText(parent)}`, {
    next:
      near !== undefined
        ? `Did you mean ${near}?`
        : names.length > 0
          ? `Tables that have one: ${names.join(', ')}.`
          : `This account sees no table that has one. Where one has, the account may lack the rights: a server shows a foreign key only to who has more than SELECT on its database (GRANT REFERENCES ON ${wanted.database}.* is enough). Else leave --with out.`,
  }).data
}

function againstDeleting(table: Table, grants: readonly Grant[]): ErrorData[] {
  const where = tableText(table)
  const found: ErrorData[] = []
  const refuse = (title: string, next: string): void => void found.push(inputError(title, { next }).data)
  if (table.engine !== 'InnoDB')
    refuse(
      `${where} is a table of the engine ${table.engine}, which cannot roll back`,
      `Change it: ALTER TABLE ${where} ENGINE=InnoDB.`,
    )
  if (table.kind === 'SYSTEM VERSIONED')
    refuse(
      `${where} keeps the history of its rows: a deleted row would go on taking up its place`,
      `Take that from it first: ALTER TABLE ${where} DROP SYSTEM VERSIONING.`,
    )
  if (!may(grants, 'DELETE', table))
    refuse(`the account may not delete from ${where}`, 'Give it the right: GRANT DELETE.')
  if (!may(grants, 'TRIGGER', table))
    refuse(`the account cannot see whether ${where} has triggers`, 'Give it the right: GRANT TRIGGER.')
  for (const { name: trigger } of table.triggers.filter(each => each.event === 'DELETE'))
    refuse(
      `the trigger ${trigger} of ${where} fires with each deleted row`,
      'Drop it while the job runs, if what it does is not meant for archived rows.',
    )
  for (const { table: below, constraint, onDelete } of table.children)
    if (onDelete !== 'RESTRICT' && onDelete !== 'NO ACTION')
      refuse(
        `deleting from ${where} would change ${tableText(below)} too: its foreign key ${constraint} is ON DELETE ${onDelete}`,
        `Only the tables right below the archived one can go with it. Archive ${where} by itself first.`,
      )
  return found
}

const isSame = (one: TableName, other: TableName): boolean =>
  one.database === other.database && one.table === other.table

/** What `referring` hands out: a row of the child, and the key of the row that it refers to. */
export type OnReferring = (row: WireRow, parent: Position) => void

/**
 * The rows of the child that refer to these parents. The server joins: only it knows which texts it takes for equal. With
 * `locks` they are held until the end of the transaction.
 */
export async function referring(
  session: Session,
  parents: Parents,
  child: WithChild,
  keys: readonly Position[],
  onRow: OnReferring,
  { locks }: { readonly locks: boolean },
): Promise<void> {
  if (keys.length === 0) return
  const keyColumns = columnsOfKey(parents.key, parents.columns)
  const keyPart = keyColumns.map((column, index) => sql`${readSql(column)} AS ${keyName(index)}`)
  const linkPart = child.link.map(({ to }, index) => sql`${name(to)} AS ${linkName(index)}`)
  const equals = child.link.map(({ column }, index) => sql`${name('ops_child', column)} = ${linkName(index)}`)
  await session.query(
    sql`SELECT STRAIGHT_JOIN ${join(keyColumns.map((_column, index) => keyName(index)))}, ${selectList(child.columns)}
      FROM (SELECT ${join([...keyPart, ...linkPart])} FROM ${tableSql(parents.table)} FORCE INDEX (${name(parents.key.index)})
        WHERE ${among(keyColumns, keys)}) AS ops_parent
      JOIN ${tableSql(child.table)} AS ops_child ON ${join(equals, ' AND ')}${trusted(locks ? ' FOR UPDATE' : '')}`,
    `reading ${tableText(child.table)}`,
    {
      onRow: row => {
        const cells = cellsOf(row)
        onRow(rowOf(cells.slice(keyColumns.length)), cells.slice(0, keyColumns.length).map(copied))
      },
    },
  )
}

const keyName = (index: number): Sql => name(`ops_key_${index}`)
const linkName = (index: number): Sql => name(`ops_link_${index}`)
const copied = (cell: Buffer | null): Buffer | null => (cell === null ? null : Buffer.from(cell))

/** The columns of a key as they are read. */
export function columnsOfKey({ columns: names }: Key, columns: readonly RowColumn[]): readonly RowColumn[] {
  return names.map(each => {
    const found = columns.find(column => column.name === each)
    if (!found) throw new RangeError('the key is among the columns')
    return found
  })
}

/** Where a row is. */
export function positionOf(row: WireRow, { key, columns }: Pick<WithChild, 'key' | 'columns'>): Position {
  const cells = cellsOf(row)
  return key.columns.map(each => copied(cells[columns.findIndex(column => column.name === each)] ?? null))
}

/** The bytes of a place as text, to look it up by. */
export const placeText = (place: Position): string => JSON.stringify(positionToHex(place))

const parentsAtOnce = 500

/** All rows of a child that refer to these parents, as they are now. */
export async function rowsReferring(
  session: Session,
  parents: Parents,
  child: WithChild,
  keys: readonly Position[],
): Promise<readonly WireRow[]> {
  // One that moves from a parent to another between two pieces is read twice: the later form counts.
  const rows = new Map<string, WireRow>()
  for (let from = 0; from < keys.length; from += parentsAtOnce) {
    const some = keys.slice(from, from + parentsAtOnce)
    const keep = (row: WireRow): void => void rows.set(placeText(positionOf(row, child)), row)
    await referring(session, parents, child, some, keep, { locks: false })
  }
  return [...rows.values()]
}
