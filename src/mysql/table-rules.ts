/** What a server does with the rows of a table of its own accord: values that it fills in, rows that it refuses. Read from SHOW CREATE TABLE. */
import type { Table } from './catalog.ts'
import { expressionText, quotedText } from './expression.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { closing, isMark, parts, type Token, tokensOf, wordsAt } from './sql-tokens.ts'
import { type TableName, tableSql, tableText } from './table-name.ts'

export interface ColumnRules {
  /** As SQL in one spelling; undefined: none, or NULL. */
  readonly defaultText?: string
  /** It is set to the time whenever its row is changed. */
  readonly isStamped?: true
  /** What the server computes it from. */
  readonly computed?: string
  /** The reference system that all its values have. */
  readonly srid?: string
}

/** `customer_id -> app.customers (id) on delete cascade`. */
export interface ForeignKey {
  readonly text: string
  /** Up to what happens when the other row goes: what it means is the same without. */
  readonly link: string
  readonly rule: string
}

export interface TableRules {
  readonly flavor: 'mariadb' | 'mysql'
  /** By name in lower case. */
  readonly columns: ReadonlyMap<string, ColumnRules>
  /** Of those that are enforced: expressions in one spelling. */
  readonly checks: readonly string[]
  readonly foreignKeys: readonly ForeignKey[]
  /** `range (to_days(at))`; undefined: none. */
  readonly partitions: string | undefined
  /** Rows above every border have a place as well. */
  readonly isOpenAbove: boolean
}

/** Undefined for what is no table, such as a view. */
export async function readRules(session: Session, table: Table): Promise<TableRules | undefined> {
  const [record] = await session.records(
    sql`SHOW CREATE TABLE ${tableSql(table)}`,
    `reading how ${tableText(table)} is made (SHOW CREATE TABLE, which needs SELECT on the whole table)`,
  )
  const create = record?.['Create Table']
  return create == null ? undefined : rulesIn(create, table, session.version.flavor)
}

function rulesIn(
  create: string,
  table: TableName & Pick<Table, 'columns'>,
  flavor: TableRules['flavor'],
): TableRules {
  const tokens = tokensOf(create)
  const open = tokens.findIndex(each => isMark(each, '('))
  const close = closing(tokens, open)
  const columns = new Map<string, ColumnRules>()
  const checks: string[] = []
  const foreignKeys: ForeignKey[] = []
  for (const element of parts(tokens.slice(open + 1, close))) {
    const [first] = element
    if (first?.kind === 'name') {
      const column = table.columns.find(each => each.name === first.text)
      const { rules, check } = columnRules(element, column?.dataType ?? '')
      columns.set(first.text.toLowerCase(), rules)
      // MySQL has a type for what MariaDB makes a CHECK of.
      if (column?.dataType === 'json')
        checks.push(expressionText([...tokensOf('json_valid('), first, ...tokensOf(')')]))
      if (check !== undefined) checks.push(check)
      continue
    }
    const check = element.findIndex(each => each.kind === 'word' && each.text === 'check')
    const foreign = element.findIndex(each => each.kind === 'word' && each.text === 'foreign')
    if (foreign >= 0) foreignKeys.push(foreignKey(element.slice(foreign), table))
    else if (check >= 0 && element.length > 1 && !isIndex(element)) {
      const end = closing(element, check + 1)
      if (!wordsAt(element, end + 1, 'not', 'enforced'))
        checks.push(expressionText(element.slice(check + 1, end + 1)))
    }
  }
  const partitioned = partitionRules(tokens.slice(close + 1))
  return { flavor, columns, checks, foreignKeys, ...partitioned }
}

const isIndex = ([first]: readonly Token[]): boolean =>
  first?.kind === 'word' &&
  ['primary', 'unique', 'key', 'index', 'fulltext', 'spatial', 'period'].includes(first.text)

function columnRules(
  element: readonly Token[],
  dataType: string,
): { readonly rules: ColumnRules; readonly check: string | undefined } {
  let rules: ColumnRules = {}
  let check: string | undefined
  let index = 1
  while (index < element.length) {
    const group = element.slice(index + 1, closing(element, index + 1) + 1)
    if (wordsAt(element, index, 'default')) {
      const end = valueEnd(element, index + 1)
      const defaultText = defaultOf(element.slice(index + 1, end), dataType)
      if (defaultText !== undefined) rules = { ...rules, defaultText }
      index = end
    } else if (wordsAt(element, index, 'on', 'update')) {
      rules = { ...rules, isStamped: true }
      index = valueEnd(element, index + 2)
    } else if (wordsAt(element, index, 'as') && isMark(element[index + 1], '(')) {
      rules = { ...rules, computed: expressionText(group) }
      index += group.length + 1
    } else if (wordsAt(element, index, 'check') && isMark(element[index + 1], '(')) {
      check = expressionText(group)
      index += group.length + 1
    } else if (wordsAt(element, index, 'srid')) {
      const srid = element[index + 1]?.text
      rules = { ...rules, ...(srid !== undefined && { srid }) }
      index += 2
    } else if (isMark(element[index], '(')) index = closing(element, index) + 1
    else index += 1
  }
  return { rules, check }
}

/** Behind a literal, a call or a bracket. */
export function valueEnd(tokens: readonly Token[], at: number): number {
  let end = at
  if (isMark(tokens[end], '-') || isMark(tokens[end], '+')) end += 1
  if (isMark(tokens[end], '(')) return closing(tokens, end) + 1
  end += 1
  return isMark(tokens[end], '(') ? closing(tokens, end) + 1 : end
}

const numbers = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'float', 'double', 'year']
const bytes = ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob']

/** MySQL quotes numbers, and a BINARY is printed in more ways than one. */
function defaultOf(tokens: readonly Token[], dataType: string): string | undefined {
  const text = expressionText(tokens)
  if (text.toLowerCase() === 'null') return undefined
  const [first, ...more] = tokens
  if (numbers.includes(dataType)) {
    const said = first?.kind === 'string' && more.length === 0 ? first.text : text.replaceAll(' ', '')
    return /^[-+]?[\d.]+(?:e[-+]?\d+)?$/i.test(said) ? plainNumber(said.toLowerCase()) : text
  }
  const hex = /^(?:x'|0x)([0-9a-f]*)'?$/.exec(
    first?.kind === 'bytes' && more.length === 0 ? first.text : '',
  )?.[1]
  if (bytes.includes(dataType)) {
    if (first?.kind === 'string' && more.length === 0) return `x'${Buffer.from(first.text).toString('hex')}'`
    return hex === undefined ? text : `x'${hex}'`
  }
  // An ENUM of the character set binary.
  if (hex !== undefined) return quotedText(Buffer.from(hex, 'hex').toString())
  return first?.kind === 'string' && more.length === 0 ? quotedText(first.text) : text
}

/** Without zeros before it: a column with ZEROFILL has them. */
const plainNumber = (text: string): string => text.replace(/^([-+]?)0+(?=\d)/, '$1')

function foreignKey(tokens: readonly Token[], { database }: TableName): ForeignKey {
  const columns = named(tokens, 2)
  const to = tokens.findIndex(each => each.kind === 'word' && each.text === 'references')
  const isElsewhere = isMark(tokens[to + 2], '.')
  const table = isElsewhere
    ? [tokens[to + 1]?.text ?? '', tokens[to + 3]?.text ?? '']
    : [database, tokens[to + 1]?.text ?? '']
  const at = to + (isElsewhere ? 4 : 2)
  const rules = tokens.slice(closing(tokens, at) + 1).map(each => each.text)
  // Without a rule, with RESTRICT and with NO ACTION the same is refused, and servers print it in their own ways.
  const rule = (/on .*/.exec(rules.join(' '))?.[0] ?? '')
    .replaceAll(/on (?:delete|update) (?:restrict|no action) ?/g, '')
    .trim()
  const shown = table[0] === database ? table.slice(1) : table
  const link = `${columns.join(', ')} -> ${shown.join('.')} (${named(tokens, at).join(', ')})`
  return { text: rule === '' ? link : `${link} ${rule}`, link, rule }
}

const named = (tokens: readonly Token[], open: number): readonly string[] =>
  tokens.slice(open + 1, closing(tokens, open)).flatMap(({ kind, text }) => (kind === 'mark' ? [] : [text]))

function partitionRules(options: readonly Token[]): Pick<TableRules, 'partitions' | 'isOpenAbove'> {
  const at = options.findIndex((_each, index) => wordsAt(options, index, 'partition', 'by'))
  if (at < 0) return { partitions: undefined, isOpenAbove: true }
  const open = options.findIndex((each, index) => index > at && isMark(each, '('))
  const close = closing(options, open)
  const method = options.slice(at + 2, open).map(each => each.text)
  const text = `${method.join(' ')} (${expressionText(options.slice(open, close + 1))})`
  const isOpen = options.some(
    (each, index) => index > close && each.kind === 'word' && each.text === 'maxvalue',
  )
  return { partitions: text, isOpenAbove: !method.includes('range') || isOpen }
}
