/** The statements that put rows into the table: LOAD DATA LOCAL, and INSERTs cut to the server's packet. */
import { join, name, Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql } from '../../mysql/table-name.ts'
import { type LoadChunk, lineEnd, lineStart } from './load-chunk.ts'
import { loadList, type Target } from './targets.ts'
import { Tuples } from './tuples.ts'

/** What becomes of a row whose key is there already. */
export type OnDuplicate = 'fail' | 'skip' | 'replace'

export interface Into {
  readonly table: TableName
  readonly targets: readonly Target[]
  readonly onDuplicate: OnDuplicate
  /** A trigger fires with each UPDATE. */
  readonly firesOnUpdate: boolean
}

/** Left out by INSERT IGNORE: the usual way is an UPDATE of the row that is there, which changes nothing but fires triggers. */
export const ignores = ({ onDuplicate, firesOnUpdate }: Into): boolean =>
  onDuplicate === 'skip' && firesOnUpdate

/** Reads what is offered as the file of this statement, made by `ChunkBuilder`. */
export function loadStatement({ table, targets, onDuplicate }: Into): Sql {
  // LOCAL without a word means IGNORE: what the server then passes over is in its counts and warnings.
  const how = { fail: '', skip: 'IGNORE', replace: 'REPLACE' }[onDuplicate]
  return sql`LOAD DATA LOCAL INFILE 'ops' ${trusted(how)} INTO TABLE ${tableSql(table)} CHARACTER SET binary
    FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' ${loadList(targets)}`
}

export interface InsertPart {
  readonly statement: Sql
  readonly from: number
  readonly to: number
}

/** A server reads a long INSERT slower than several shorter ones, and each is in memory as text and as bytes. */
const usualBytes = 256 * 1024
/** What a packet holds beside its statement. */
const packetHeadBytes = 64

/** How large a statement may be. */
export const statementBytes = (maxAllowedPacket: number): number =>
  Math.min(usualBytes, maxAllowedPacket - packetHeadBytes)

/** INSERTs of the rows from `from` to before `to`. A row alone may be larger than `mostBytes`. */
export function* inserts(
  into: Into,
  chunk: LoadChunk,
  from: number,
  to: number,
  mostBytes: number,
): Generator<InsertPart> {
  const head = headOf(into)
  const tail = tailOf(into)
  const tuples = new Tuples(into.targets, head.bytes)
  let begin = from
  for (let index = from; index < to; index++) {
    const before = tuples.length
    tuples.add(chunk.lines, lineStart(chunk, index), lineEnd(chunk, index))
    if (index === begin || tuples.length + tail.bytes.length <= mostBytes) continue
    yield { statement: statementOf(tuples.take(before), tail), from: begin, to: index }
    begin = index
  }
  if (to > begin) yield { statement: statementOf(tuples.take(), tail), from: begin, to }
}

function headOf(into: Into): Sql {
  const { table, targets, onDuplicate } = into
  const columns = join(targets.map(({ column }) => name(column.name)))
  const verb = onDuplicate === 'replace' ? 'REPLACE' : ignores(into) ? 'INSERT IGNORE' : 'INSERT'
  return sql`${trusted(verb)} INTO ${tableSql(table)} (${columns}) VALUES `
}

/** Without need no INSERT IGNORE, which makes warnings of all errors. */
function tailOf(into: Into): Sql {
  const { table, targets, onDuplicate } = into
  if (onDuplicate !== 'skip' || ignores(into)) return trusted('')
  const column = name(table.database, table.table, targets[0]?.column.name ?? '')
  // Counted by itself: of one row alone no server tells whether it was there.
  return sql` ON DUPLICATE KEY UPDATE ${column} = IF(@ops_there := @ops_there + 1, ${column}, ${column})`
}

const statementOf = (inserts: string, tail: Sql): Sql => new Sql(inserts + tail.bytes)
