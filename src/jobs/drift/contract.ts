/** What one consumer needs of a table, as a file that people read and keep in git. */
import { existsSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Column } from '../../mysql/columns.ts'
import { keyOrError } from '../../mysql/keys.ts'
import { tableText } from '../../mysql/table-name.ts'
import { plainType } from './column-type.ts'
import { plainCharset } from './compare-types.ts'

const schema = z.strictObject({
  format: z.literal('ops-contract/1'),
  /** Whose it is. */
  consumer: z.string(),
  /** It also puts rows in. */
  writes: z.boolean().optional(),
  table: z.string(),
  /** The columns that it uses: `bigint unsigned not null`, `varchar(100) charset utf8mb4`. */
  columns: z.record(z.string(), z.string()),
  /** The columns that name a row to it. */
  key: z.array(z.string()).optional(),
  /** The columns of each unique key, for one that puts rows in. */
  unique: z.array(z.array(z.string())).optional(),
  /** Columns that were there and are not used. */
  others: z.array(z.string()).optional(),
})
export type Contract = z.infer<typeof schema>

/** A column as a contract knows it. */
export interface AgreedColumn {
  readonly type: string
  readonly charset: string | undefined
  readonly isNullable: boolean
}

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

export function agreedColumn(text: string): AgreedColumn {
  const [, withoutNull = '', notNull] = /^([\s\S]*?)( not null)?$/i.exec(text.trim()) ?? []
  const [, type = '', charset] = /^([\s\S]*?)(?: charset (\w+))?$/i.exec(withoutNull) ?? []
  return { type, charset: plainCharset(charset ?? null), isNullable: notNull === undefined }
}

export function columnText({ type, characterSet, isNullable }: Column): string {
  const charset = plainCharset(characterSet)
  return `${plainType(type)}${charset === undefined ? '' : ` charset ${charset}`}${isNullable ? '' : ' not null'}`
}

/** The table as it is; of an earlier contract its consumer and the columns that it uses stay. */
export function pinned(table: Table, before: Contract | undefined, consumer: string): Contract {
  const isUsed = (name: string): boolean => before === undefined || Object.hasOwn(before.columns, name)
  const used = table.columns.filter(column => isUsed(column.name))
  const found = keyOrError(table)
  const key = found instanceof Error ? undefined : found.columns
  return {
    format: 'ops-contract/1',
    consumer: before?.consumer ?? consumer,
    ...(before?.writes !== undefined && { writes: before.writes }),
    table: tableText(table),
    columns: Object.fromEntries(used.map(column => [column.name, columnText(column)])),
    ...(key?.every(isUsed) && { key: [...key] }),
    unique: uniqueKeysOf(table).map(each => [...each]),
    others: table.columns.filter(column => !isUsed(column.name)).map(column => column.name),
  }
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
