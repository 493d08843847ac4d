/** Which key orders the work, and which index leads to the rows of a job in an order that chunks can follow. */
import { inputError, OpsError } from '../base/errors.ts'
import type { Table } from './catalog.ts'
import type { Index } from './indexes.ts'
import { tableText } from './table-name.ts'

/** The NOT NULL unique key that names each row. */
export interface Key {
  readonly index: string
  readonly columns: readonly string[]
}

function namingIndexes({ stored, indexes }: Table): readonly Index[] {
  // The server lists the primary key first, then unique keys without NULL: in the order in which InnoDB would cluster by them.
  const read = new Set(stored.map(({ name }) => name))
  return indexes.filter(
    index =>
      index.isUnique &&
      index.columns.every(column => column.name === null || read.has(column.name)) &&
      index.kind === 'BTREE' &&
      !index.isIgnored &&
      index.columns.every(column => column.name !== null && !column.isPrefix && !column.isNullable),
  )
}

/** Undefined: none names each row, or none by which rows can be read in order. */
export function namingKey(table: Table): Key | undefined {
  const found = namingIndexes(table).find(index => !hasEnumeration(table, index))
  return found && { index: found.name, columns: namesOf(found) }
}

/** @throws OpsError `input` where no key names each row, with the way out. */
export function keyOf(table: Table): Key {
  const found = namingKey(table)
  if (found) return found
  const where = tableText(table)
  const [enumerated] = namingIndexes(table)
  if (enumerated) {
    throw inputError(
      `the key ${enumerated.name} of ${where} has an ENUM or a SET, and no job can read a table in the order of such a key`,
      {
        next: 'A server sorts these by their number but looks them up by their text, so each chunk would read the table from its beginning. Add a unique NOT NULL key of other columns.',
      },
    )
  }
  const ended = table.columns.find(({ isGenerated, name }) => isGenerated && isInEachKey(table, name))
  if (table.kind === 'SYSTEM VERSIONED' && ended) {
    throw inputError(`the end of each row's time, ${ended.name} of ${where}, is a part of its keys`, {
      next: 'No job can read a table in the order of such a key. One that is versioned without columns of its own for that (WITH SYSTEM VERSIONING alone) can be read.',
    })
  }
  const nullable = table.indexes.find(
    index => index.isUnique && index.columns.some(column => column.isNullable && column.name !== null),
  )
  if (nullable) {
    const columns = nullable.columns.filter(column => column.isNullable).map(column => column.name)
    throw inputError(
      `${where} has no key that names each row: ${columns.join(', ')} of the unique key ${nullable.name} may be NULL`,
      {
        next: `NULL is never equal to NULL, so such rows cannot be told apart. Make it NOT NULL (ALTER TABLE ... MODIFY), or add a primary key.`,
      },
    )
  }
  if (table.kind.includes('VIEW'))
    throw inputError(`${where} is a view, and has no key`, { next: 'Name the table that holds the rows.' })
  if (ownDatabases.includes(table.database))
    throw inputError(`${where} is the server's own, and has no key`, {
      next: 'No job can read it: name a table of yours.',
    })
  const prefixed = table.indexes.find(each => each.isUnique && each.columns.some(column => column.isPrefix))
  const has = prefixed
    ? `no key that names each row: ${prefixed.name} holds only the beginning of a column`
    : 'no primary key and no unique key'
  throw inputError(`${where} has ${has}`, {
    next: `Rows that cannot be told apart cannot be deleted or updated one by one. Add a key: ALTER TABLE ${where} ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY.`,
  })
}

/** What `keyOf` throws, as a value. */
export function keyOrError(table: Table): Key | OpsError {
  try {
    return keyOf(table)
  } catch (thrown) {
    if (thrown instanceof OpsError) return thrown
    throw thrown
  }
}

function isInEachKey({ indexes }: Table, name: string): boolean {
  const unique = indexes.filter(each => each.isUnique)
  return unique.length > 0 && unique.every(({ columns }) => columns.some(column => column.name === name))
}

const ownDatabases = ['mysql', 'sys', 'information_schema', 'performance_schema']

/** In what order rows are walked, and by which index. */
export interface WalkOrder {
  readonly index: string
  readonly columns: readonly string[]
  /** True: the index begins with the column of the condition, so only its rows are read. */
  readonly isByColumn: boolean
}

/**
 * By the index that begins with `by` where there is one whose order the engine can hand out (InnoDB ends each index with
 * the key), else by the key itself: then every row of the table is read.
 */
export function orderBy(table: Table, key: Key, by: string | undefined): WalkOrder {
  const byIndex = by === undefined ? undefined : table.indexes.find(index => leadsBy(table, index, by, key))
  if (!byIndex) return { index: key.index, columns: key.columns, isByColumn: key.columns[0] === by }
  const columns = namesOf(byIndex)
  return {
    index: byIndex.name,
    columns: [...columns, ...key.columns.filter(column => !columns.includes(column))],
    isByColumn: true,
  }
}

function isDescending({ indexes }: Table, index: string): boolean {
  return indexes.some(each => each.name === index && each.columns.some(column => column.isDescending))
}

function hasEnumeration({ columns }: Table, index: Index): boolean {
  const names = namesOf(index)
  return columns.some(({ name, dataType }) => names.includes(name) && ['enum', 'set'].includes(dataType))
}

function leadsBy(table: Table, index: Index, by: string, key: Key): boolean {
  const [first, ...rest] = index.columns
  return (
    table.engine === 'InnoDB' &&
    // The engine ends it with the key as that is, downwards where the key goes down.
    !isDescending(table, key.index) &&
    // Of a partitioned table the server merges its partitions by the index's own columns alone, and sorts for the rest.
    (table.partitions.length === 0 || key.columns.every(column => namesOf(index).includes(column))) &&
    !hasEnumeration(table, index) &&
    index.kind === 'BTREE' &&
    !index.isIgnored &&
    first?.name === by &&
    index.columns.every(column => !column.isPrefix && !column.isDescending && column.name !== null) &&
    // A condition on `by` leaves its NULLs out; those of another column would be lost between two chunks.
    rest.every(column => !column.isNullable)
  )
}

/** @throws OpsError `input` where the key runs downwards: chunks follow it upwards. */
export function checkDirection(table: Table, order: WalkOrder): void {
  if (!isDescending(table, order.index)) return
  throw new OpsError({
    code: 'input',
    title: `the index ${order.index} of ${tableText(table)} has a descending column, which no job can follow yet`,
    changed: 'no',
    next: 'Add a unique NOT NULL key in ascending order.',
  })
}

const namesOf = (index: Index): readonly string[] => index.columns.map(column => column.name ?? '')
