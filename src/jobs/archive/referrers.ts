/** Tables whose rows refer to archived ones by a foreign key and do not go along: such rows cannot be deleted. */

import { type Child, readForeignKey } from '../../mysql/foreign-keys.ts'
import { type Grant, may } from '../../mysql/grants.ts'
import { type Index, readIndexes } from '../../mysql/indexes.ts'
import type { Session } from '../../mysql/session.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'
import type { LinkColumn } from './with-child.ts'

/** A table that goes along, as far as it is needed to ask what refers to its rows. */
export interface GoingChild {
  readonly table: TableName
  readonly link: readonly LinkColumn[]
  readonly looked: { readonly children: readonly Child[] }
}

export interface Referrer {
  readonly table: TableName
  /** As `items_ibfk_1`. */
  readonly constraint: string
  /** It refers to rows of this table, which go with the archived ones; undefined: to those themselves. */
  readonly through: GoingChild | undefined
  /** The columns that refer, and an index that begins with them. Undefined: it cannot be asked which rows it refers to. */
  readonly asked: { readonly link: readonly LinkColumn[]; readonly index: string } | undefined
}

/** Those of the table, and of the tables that go along. */
export async function readReferrers(
  session: Session,
  table: TableName & { readonly children: readonly Child[] },
  going: readonly GoingChild[],
  grants: readonly Grant[],
): Promise<readonly Referrer[]> {
  const goes = ({ table: other }: Child): boolean =>
    going.some(each => tableText(each.table) === tableText(other))
  const found: Referrer[] = []
  for (const child of table.children.filter(each => !goes(each)))
    found.push({ ...child, through: undefined, asked: await askedBy(session, child, grants) })
  // Whether rows that go along themselves hold up others depends on the order in which they go: the server is to say it.
  for (const through of going)
    for (const child of through.looked.children)
      found.push({
        ...child,
        through,
        asked: goes(child) ? undefined : await askedBy(session, child, grants),
      })
  return found
}

async function askedBy(session: Session, child: Child, grants: readonly Grant[]): Promise<Referrer['asked']> {
  if (!may(grants, 'SELECT', child.table)) return undefined
  const link = await readForeignKey(session, child)
  const columns = link.map(({ column }) => column)
  const indexes = await readIndexes(session, child.table, `looking at ${tableText(child.table)}`)
  const index = indexes.find(each => beginsWith(each, columns))
  return index && { link, index: index.name }
}

function beginsWith({ kind, isIgnored, columns }: Index, wanted: readonly string[]): boolean {
  const first = columns.slice(0, wanted.length)
  return (
    kind === 'BTREE' &&
    !isIgnored &&
    wanted.length > 0 &&
    first.every(({ isPrefix }) => !isPrefix) &&
    wanted.every(column => first.some(({ name }) => name === column))
  )
}

/** As `rows of app.items refer to them`. */
export function refersText({ table, through }: Pick<Referrer, 'table' | 'through'>): string {
  return `rows of ${tableText(table)} refer to ${through ? `their rows of ${tableText(through.table)}` : 'them'}`
}

/** What a plan says of one. */
export function staysText(referrer: Referrer, archived: TableName): string {
  const { table, constraint, through, asked } = referrer
  const where = tableText(table)
  const whose = through
    ? `rows of ${tableText(through.table)} that ${where} refers to stay (${constraint}), and so does what they refer to`
    : `rows that ${where} refers to stay (${constraint})`
  const isSelf = where === tableText(archived) && !through
  const saved =
    asked === undefined
      ? 'each run saves them anew'
      : isSelf
        ? 'a run may save them anew'
        : 'they are not saved'
  return `${whose}; ${saved}${through || isSelf ? '' : `: --with ${where} lets its rows go along`}`
}
