/** The statements that put rows into the table: LOAD DATA LOCAL, and INSERTs cut to the server's packet. */
import { join, name, quotedBytes, Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableSql } from '../../mysql/table-name.ts'
import { decodeCells } from '../rows/tsv.ts'
import { type LoadChunk, rowLine } from './load-chunk.ts'
import { loadList, type Target } from './targets.ts'

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

/** A server reads a long INSERT slower than several of this size. */
const usualBytes = 1024 * 1024
/** What a packet holds beside its statement. */
const packetHeadBytes = 64

const comma = 0x2c

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
  const fixed = head.bytes.length + tail.bytes.length
  const tuples = new Tuples()
  let begin = from
  for (let index = from; index < to; index++) {
    const tuple = tupleOf(into.targets, rowLine(chunk, index))
    if (index > begin && fixed + tuples.length + tuple.length + 1 > mostBytes) {
      yield { statement: statementOf(head, tuples, tail), from: begin, to: index }
      begin = index
    }
    tuples.add(tuple)
  }
  if (to > begin) yield { statement: statementOf(head, tuples, tail), from: begin, to }
}

/** Rows with commas between, as bytes: a string that was put together of pieces takes several times its length until it is read. */
class Tuples {
  #bytes = Buffer.allocUnsafe(64 * 1024)
  length = 0

  add(tuple: string): void {
    const length = this.length + tuple.length + 1
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(length * 2)
      this.#bytes.copy(larger, 0, 0, this.length)
      this.#bytes = larger
    }
    if (this.length > 0) this.#bytes[this.length++] = comma
    this.length += this.#bytes.write(tuple, this.length, 'latin1')
  }

  /** All of them; none is left. */
  take(): string {
    const text = this.#bytes.toString('latin1', 0, this.length)
    this.length = 0
    return text
  }
}

function headOf(into: Into): Sql {
  const { table, targets, onDuplicate } = into
  const columns = join(targets.map(({ column }) => name(column.name)))
  const verb = onDuplicate === 'replace' ? 'REPLACE' : ignores(into) ? 'INSERT IGNORE' : 'INSERT'
  return sql`${trusted(verb)} INTO ${tableSql(table)} (${columns})`
}

/** Without need no INSERT IGNORE, which makes warnings of all errors. */
function tailOf(into: Into): Sql {
  const { table, targets, onDuplicate } = into
  if (onDuplicate !== 'skip' || ignores(into)) return trusted('')
  const column = name(table.database, table.table, targets[0]?.column.name ?? '')
  // Counted by itself: of one row alone no server tells whether it was there.
  return sql` ON DUPLICATE KEY UPDATE ${column} = IF(@ops_there := @ops_there + 1, ${column}, ${column})`
}

const statementOf = (head: Sql, tuples: Tuples, tail: Sql): Sql =>
  new Sql(`${head.bytes} VALUES ${tuples.take()}${tail.bytes}`)

function tupleOf(targets: readonly Target[], line: Buffer): string {
  const cells = decodeCells(line)
  let tuple = '('
  for (let index = 0; index < targets.length; index++) {
    const cell = cells[index]
    const literal = cell == null ? trusted('NULL') : quotedBytes(cell)
    const stored = targets[index]?.stored
    tuple += (index === 0 ? '' : ',') + (stored ? stored(literal) : literal).bytes
  }
  return `${tuple})`
}
