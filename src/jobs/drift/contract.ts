/** What one consumer needs of a table, as a file that people read and keep in git. */
import { existsSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { keyOrError } from '../../mysql/keys.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { ForeignKey } from '../../mysql/table-rules.ts'
import { columnText } from './agreed-column.ts'
import type { Seen } from './seen.ts'

const schema = z.strictObject({
  /** 1 knows types, nullness and keys alone: what the server does of its own accord is not compared. */
  format: z.enum(['ops-contract/1', 'ops-contract/2']),
  /** Whose it is. */
  consumer: z.string(),
  /** It also puts rows in. */
  writes: z.boolean().optional(),
  table: z.string(),
  /** The server it was written from, as `mariadb 10.11`: each kind prints expressions in its own way, each release has its default collations. */
  server: z.string().optional(),
  /** The columns that it uses: `bigint unsigned not null`, `varchar(100) charset utf8mb4 default 'new'`. */
  columns: z.record(z.string(), z.string()),
  /** The columns that name a row to it. */
  key: z.array(z.string()).optional(),
  /** The columns of each unique key. */
  unique: z.array(z.array(z.string())).optional(),
  /** Of those below a contract that lacks one does not mind it. The columns of each index. */
  indexes: z.array(z.array(z.string())).optional(),
  fulltext: z.array(z.array(z.string())).optional(),
  checks: z.array(z.string()).optional(),
  /** `customer_id -> customers (id) on delete cascade`. */
  foreignKeys: z.array(z.string()).optional(),
  /** By name: when it fires, with a mark of what it does. */
  triggers: z.record(z.string(), z.string()).optional(),
  /** `range (to_days(at)), maxvalue`; empty: none. */
  partitions: z.string().optional(),
  engine: z.string().optional(),
  /** Columns that were there and are not used, of an earlier ops. */
  others: z.array(z.string()).optional(),
  /** All columns that were there: one that is deleted from `columns` by hand is no new one. */
  known: z.array(z.string()).optional(),
})
export type Contract = z.infer<typeof schema>

/** @throws OpsError `input`. */
export function readContract(file: string): Contract {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    throw inputError(
      `cannot read the contract ${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      {
        next: 'Make one of the table as it is: ops db drift SOURCE DB.TABLE --contract FILE --pin.',
      },
    )
  }
  try {
    return schema.parse(JSON.parse(text))
  } catch (thrown) {
    const detail = thrown instanceof z.ZodError ? z.prettifyError(thrown) : String(thrown)
    throw inputError(`${file} is no contract`, { detail, next: 'Make a new one with --pin, or correct it.' })
  }
}

/** The table as it is, with its rules where they are given; of an earlier contract its consumer and what it minds stay. */
export function pinned(table: Table, before: Contract | undefined, consumer: string, seen?: Seen): Contract {
  const isUsed = (name: string): boolean => before === undefined || Object.hasOwn(before.columns, name)
  const used = table.columns.filter(column => isUsed(column.name))
  const found = keyOrError(table)
  const key = found instanceof Error ? undefined : found.columns
  return {
    format: seen ? 'ops-contract/2' : 'ops-contract/1',
    consumer: before?.consumer ?? consumer,
    ...(before?.writes !== undefined && { writes: before.writes }),
    table: tableText(table),
    ...(seen && { server: seen.server }),
    columns: Object.fromEntries(
      used.map(column => [
        column.name,
        columnText(column, seen && (seen.columns.get(column.name.toLowerCase()) ?? {})),
      ]),
    ),
    ...(key?.every(isUsed) && { key: [...key] }),
    unique: uniqueKeysOf(table).map(each => [...each]),
    ...(seen && rulesOf(seen, before)),
    ...(seen
      ? { known: table.columns.map(column => column.name) }
      : { others: table.columns.filter(column => !isUsed(column.name)).map(column => column.name) }),
  }
}

function rulesOf(seen: Seen, before: Contract | undefined): Partial<Contract> {
  const { plain, fulltext } = indexesOf(seen.table)
  // An account that may not see triggers does not make a contract forget them.
  const triggers = seen.triggers ? Object.fromEntries(seen.triggers) : before?.triggers
  const all = {
    indexes: plain,
    fulltext,
    checks: [...seen.checks],
    foreignKeys: seen.foreignKeys.map(each => each.text),
    ...(triggers && { triggers }),
    partitions: partitionsText(seen),
    engine: seen.table.engine,
  }
  if (before === undefined || before.format === 'ops-contract/1') return all
  return Object.fromEntries(Object.entries(all).filter(([rule]) => Object.hasOwn(before, rule)))
}

/** Columns of each index; those of expressions are left out, which only some servers have. `plain` are not unique. */
export function indexesOf({
  indexes,
}: Pick<Table, 'indexes'>): Record<'plain' | 'unique' | 'fulltext', string[][]> {
  const found: ReturnType<typeof indexesOf> = { plain: [], unique: [], fulltext: [] }
  for (const { kind, isUnique, columns } of indexes) {
    const names = columns.flatMap(({ name }) => (name === null ? [] : [name]))
    const list = found[kind === 'FULLTEXT' ? 'fulltext' : isUnique ? 'unique' : 'plain']
    const isNew = list.every(each => JSON.stringify(each) !== JSON.stringify(names))
    if (names.length === columns.length && isNew) list.push(names)
  }
  return found
}

const partitionsText = ({ partitions, isOpenAbove }: Seen): string =>
  partitions === undefined
    ? ''
    : `${partitions}${isOpenAbove && partitions.startsWith('range') ? ', maxvalue' : ''}`

/** What is said of partitions, taken apart. */
export function partitionsOf(text: string): { readonly by: string; readonly isOpenAbove: boolean } {
  const by = text.replace(/, maxvalue$/i, '')
  return { by, isOpenAbove: by !== text }
}

/** What is said of a foreign key, taken apart. */
export function foreignKeyOf(text: string): Pick<ForeignKey, 'link' | 'rule'> {
  const [, link = text, rule = ''] = /^(.*?\))(?: (on .*))?$/s.exec(text.trim()) ?? []
  return { link, rule }
}

/** Columns of each unique key; without those of expressions or prefixes, which servers write in their own ways. */
export function uniqueKeysOf({ indexes }: Table): readonly (readonly string[])[] {
  return indexes.flatMap(({ isUnique, columns }) => {
    const names = columns.flatMap(({ name, isPrefix }) => (name === null || isPrefix ? [] : [name]))
    return isUnique && names.length === columns.length ? [names] : []
  })
}

/** Whole or not at all; where the name is a link, what it leads to. */
export function writeContract(file: string, contract: Contract): void {
  try {
    const path = existsSync(file) ? realpathSync(file) : file
    if (existsSync(path) && !statSync(path).isFile()) throw new Error('it is no regular file')
    const temporary = `${path}.${process.pid}.new`
    writeFileSync(temporary, `${JSON.stringify(contract, undefined, 2)}\n`)
    renameSync(temporary, path)
  } catch (thrown) {
    throw inputError(`cannot write ${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
      next: 'Name a file in a folder that you may write to.',
    })
  }
}
