/** Looks at the largest tables of a server: how large, how old, how they grow, and what keeps an archive from them. */
import type { ErrorData } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import { type Grant, readGrants } from '../../mysql/grants.ts'
import { keyOrError } from '../../mysql/keys.ts'
import { type ServerState, serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableText } from '../../mysql/table-name.ts'
import { refusals } from '../archive/refusals.ts'
import { type Age, before, utcText } from '../time-words.ts'
import { agesOf, type Shares } from './age.ts'
import { type TableSize, tableSizes } from './table-sizes.ts'

/** What one table is told by. */
export interface LookedAt extends TableSize {
  /** The column of a row's time; undefined: it has none. */
  readonly time: string | undefined
  readonly age: Shares | string
  /** It is a table that ops keeps, such as that of parked jobs: they come back. */
  readonly isOwn: boolean
  /** What is refused; empty: an archive may begin. */
  readonly blocks: readonly ErrorData[]
}

export interface Look {
  readonly tables: readonly LookedAt[]
  /** All that the account sees, also those that are not listed. */
  readonly total: { readonly tables: number; readonly bytes: number }
  readonly why: string | undefined
}

/** The moments that are told: how much is older than so long ago. */
export const ages: readonly Age[] = [
  { count: 1, unit: 'mo' },
  { count: 6, unit: 'mo' },
  { count: 1, unit: 'y' },
  { count: 3, unit: 'y' },
]

export async function lookAtSizes(
  session: Session,
  database: string | undefined,
  top: number,
): Promise<Look> {
  const { tables, why } = await tableSizes(session, database)
  const [state, grants] = [await serverState(session), await readGrants(session)]
  const now = new Date(
    `${(await session.value(sql`SELECT UTC_TIMESTAMP()`, 'asking the server for the time'))?.replace(' ', 'T')}Z`,
  )
  const looked: LookedAt[] = []
  const names = new Set(tables.map(tableText))
  for (const size of tables.slice(0, top)) {
    const table = await lookAt(session, size, state, grants, now)
    looked.push(isOwn(size, names) ? { ...table, isOwn: true, blocks: [] } : { ...table, isOwn: false })
  }
  const bytes = tables.reduce((sum, each) => sum + each.bytes, 0)
  return { tables: looked, total: { tables: tables.length, bytes }, why }
}

async function lookAt(
  session: Session,
  size: TableSize,
  state: ServerState,
  grants: readonly Grant[],
  now: Date,
): Promise<Omit<LookedAt, 'isOwn'>> {
  const table = await readTable(session, size)
  const time = timeOf(table)
  if (time === undefined) {
    return { ...size, time, age: 'it has no column of a time', blocks: [] }
  }
  const blocks = refusals({ table, state, grants, by: time, deletes: true, scans: false, with: [] })
  const noKey = keyOrError(table)
  const isDate = table.columns.find(each => each.name === time)?.dataType === 'date'
  const moments = ages.map(age => utcText(before(now, age)).slice(0, isDate ? 10 : 19))
  const age =
    noKey instanceof Error
      ? `${tableText(table)} has no key to bisect by`
      : await agesOf(session, table, time, [...moments, utcText(now).slice(0, isDate ? 10 : 19)])
  return { ...size, time, age, blocks }
}

/** By its name, and where others may have named one so, by the table that ops has beside it. */
function isOwn(size: TableSize, names: ReadonlySet<string>): boolean {
  const has = (table: string): boolean => names.has(tableText({ ...size, table }))
  return (
    /^(ops_runs|ops_[0-9a-f]{32}_parked(_counts)?|_ops_owed_.*)$/.test(size.table) ||
    (size.table.endsWith('_parked') && has(`${size.table}_counts`)) ||
    (size.table.endsWith('_parked_counts') && has(size.table.slice(0, -'_counts'.length)))
  )
}

/** The time of a row's birth rather than of its last change; one with an index before one without. */
function timeOf({ columns, indexes }: Table): string | undefined {
  const times = columns.filter(
    each => !each.isGenerated && ['date', 'datetime', 'timestamp'].includes(each.dataType),
  )
  const isLed = (name: string): boolean =>
    indexes.some(
      ({ columns: [first], kind, isIgnored }) => first?.name === name && kind === 'BTREE' && !isIgnored,
    )
  const score = ({ name, isNullable, extra }: Table['columns'][number]): number =>
    (/creat|insert|add|born|start/i.test(name) ? 4 : 0) +
    (isLed(name) ? 8 : 0) +
    (isNullable ? 0 : 2) -
    (/updat|modif|chang|delet|expir/i.test(name) || /on update/i.test(extra) ? 5 : 0)
  return [...times].sort((one, other) => score(other) - score(one))[0]?.name
}
