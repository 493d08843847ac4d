/** Asks the server how it would run a statement, and refuses the one that would not walk the planned index. */
import { OpsError } from '../base/errors.ts'
import type { Session } from './session.ts'
import { type Sql, sql } from './sql.ts'

/** What a statement has to look like to the optimizer. */
export interface PlannedAccess {
  readonly index: string
  /** A walk that begins somewhere must be a range; the first one may begin at the index's head. */
  readonly mustBeRange: boolean
  /** The length of the index's part that is used, where it is known. */
  readonly keyBytes?: number
  /** Reads what lies in the index before the walk. Where that is little, the server may as well begin at the index's head. */
  readonly before?: Sql
}

/** One line of EXPLAIN. */
export interface Access {
  readonly type: string
  readonly key: string | null
  readonly keyBytes: number | undefined
  readonly rows: number
  readonly extra: string
}

/** The server would read another way than planned. */
export class OtherAccess extends OpsError {}

const nothingToRead = /impossible where|no matching row|select tables optimized away/i
/** With so few rows the beginning is as good as anywhere, and optimizers say so; it is asked again with the next chunk. */
const fewRows = 1_000
const ranges = ['range', 'ref', 'eq_ref', 'const', 'ref_or_null']

/** The first line of the server's own plan, as a table: MySQL 9 draws a tree unless it is asked. */
export async function explain(session: Session, statement: Sql, doing: string): Promise<Access> {
  const [record = {}] = await session.records(sql`EXPLAIN FORMAT=TRADITIONAL ${statement}`, doing)
  const keyBytes = Number.parseInt(record.key_len ?? '', 10)
  return {
    type: record.type ?? '',
    key: record.key ?? null,
    keyBytes: Number.isNaN(keyBytes) ? undefined : keyBytes,
    rows: Number(record.rows ?? 0),
    extra: record.Extra ?? '',
  }
}

/** Answers whether it holds for good, or only while there are few rows. @throws OtherAccess `failed`, nothing was read. */
export async function guardAccess(
  session: Session,
  statement: Sql,
  planned: PlannedAccess,
  doing: string,
): Promise<boolean> {
  const access = await explain(session, statement, doing)
  const problem = problemOf(access, planned)
  if (problem === undefined) return access.rows > fewRows
  // Of a range that is the whole index MySQL says `index` where that holds all columns: it is asked again with the next one.
  if (planned.before && access.type === 'index' && fits(access, { ...planned, mustBeRange: false })) {
    const { rows } = await explain(session, planned.before, doing)
    if (rows <= fewRows) return false
  }
  throw new OtherAccess({
    code: 'failed',
    title: `${session.source}: the server would not use the index ${planned.index} for ${doing}: ${problem}`,
    detail: `EXPLAIN ${statement.toString().slice(0, 800)}`,
    changed: 'no',
    next: 'It was not read in this way, as each chunk would read far more than its own rows. Run ANALYZE TABLE on it and try again.',
  })
}

/** Whether the server would do as planned, for who has another way. */
export function fits(access: Access, planned: PlannedAccess): boolean {
  return problemOf(access, planned) === undefined
}

function problemOf(access: Access, planned: PlannedAccess): string | undefined {
  if (nothingToRead.test(access.extra)) return undefined
  if (access.key !== planned.index) return `it would take ${access.key ?? 'no index'}`
  if (/filesort|temporary/i.test(access.extra)) return `it would sort (${access.extra})`
  if (planned.mustBeRange && !ranges.includes(access.type) && access.rows > fewRows)
    return `it would read it from its beginning (${access.type})`
  const { keyBytes = 0 } = planned
  if (planned.mustBeRange && access.type === 'range' && (access.keyBytes ?? keyBytes) < keyBytes) {
    return `it would use ${access.keyBytes} bytes of it instead of ${keyBytes}`
  }
  return undefined
}
