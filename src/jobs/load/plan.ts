/** Looks at the table and at the head of the input, and plans a load: where each field goes, how, and what is refused. */
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import { readTable, type Table } from '../../mysql/catalog.ts'
import { rollsBack } from '../../mysql/engines.ts'
import { type Grant, may, readGrants } from '../../mysql/grants.ts'
import { type ServerState, serverState } from '../../mysql/server-state.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { unseenTriggers } from '../../mysql/triggers.ts'
import { type ContractWords, checkContracts } from '../drift/judge.ts'
import { type FormatWishes, type OpenedFormat, openFormat } from './formats.ts'
import type { Input } from './input.ts'
import { owedIndexes, removableIndexes, twinOf } from './owed-indexes.ts'
import type { RecordReader } from './record-reader.ts'
import type { Method } from './row-loader.ts'
import type { OnDuplicate } from './statements.ts'
import { type Targets, targetsOf } from './targets.ts'

/** What the user asked for. */
export interface LoadRequest {
  readonly table: TableName
  /** Undefined: standard input. */
  readonly file: string | undefined
  readonly format: FormatWishes
  readonly method: 'auto' | Method
  readonly indexes: 'auto' | 'keep' | 'rebuild'
  readonly onDuplicate: OnDuplicate
  readonly leaveOut: readonly string[]
  readonly emptyIsNull: boolean
  readonly nullWord: string | undefined
  /** So many rows must be in the input. */
  readonly expected: number | undefined
  /** Files of contracts that must hold. */
  readonly contracts: readonly string[]
  /** So many times what a turn on the server took is rested behind it, in the open transaction; undefined: never. */
  readonly sleepCoefficient: number | undefined
  readonly profiles: boolean
}

export interface LoadPlan {
  readonly request: LoadRequest
  readonly table: Table
  readonly state: ServerState
  readonly opened: OpenedFormat
  readonly targets: Targets
  readonly method: Method
  /** Why it is INSERTs, where nobody asked for them. */
  readonly whyInserts: string | undefined
  /** Taken away for the load, and put back. */
  readonly rebuilt: readonly string[]
  readonly whyKept: string | undefined
  /** An earlier load still owes them. */
  readonly owed: readonly string[]
  readonly isEmpty: boolean
  /** What the account may not see, as sentences. */
  readonly unseen: readonly string[]
  /** A trigger fires with each UPDATE of a row; also where the account may not see. */
  readonly firesOnUpdate: boolean
  /** What contracts say that are not broken. */
  readonly contractWords: ContractWords
}

/** Under this size an index is filled as fast as it is rebuilt. */
const worthRebuilding = 64 * 1024 * 1024

/** @throws InputErrors with everything that is refused; nothing was changed. */
export async function planLoad(
  session: Session,
  request: LoadRequest,
  input: Input,
  reader: RecordReader,
): Promise<LoadPlan> {
  const table = await readTable(session, request.table)
  const [state, grants] = [await serverState(session), await readGrants(session)]
  const errors: ErrorData[] = [...refusals(table, state, grants, request)]
  const owed = await owedIndexes(session, request.table)
  const opened = await openFormat(request.format, input.name, reader, table, errors)
  const wishes = { ...request, areGiven: request.format.columns !== undefined }
  const targets = targetsOf(table, opened.names, wishes, errors)
  const takesInfile = state.takesLocalInfile
  if (request.method === 'infile' && !takesInfile)
    errors.push(
      inputError(`${session.source} takes no LOAD DATA LOCAL: local_infile is OFF`, {
        next: 'Leave --method out (INSERTs do it then), or SET GLOBAL local_infile = ON.',
      }).data,
    )
  if (errors.length > 0) throw new InputErrors(errors)
  const contractWords = await checkContracts(session, table, request.contracts)
  const isEmpty =
    (await session.cells(sql`SELECT 1 FROM ${tableSql(table)} LIMIT 1`, `looking at ${tableText(table)}`))
      .length === 0
  // What an earlier load took away went then, and goes again once it is back.
  const removable = [
    ...new Set([...(await removableIndexes(session, table)), ...(owed ?? []).map(each => each.name)]),
  ]
  const whyKept = whyKeep(table, grants, request, input, removable, isEmpty)
  if (whyKept !== undefined && request.indexes === 'rebuild')
    throw inputError(`the indexes of ${tableText(table)} cannot be rebuilt: ${whyKept}`, {
      next: 'Leave --indexes out: then they are kept.',
    })
  const method = request.method === 'auto' ? (takesInfile ? 'infile' : 'insert') : request.method
  return {
    request,
    table,
    state,
    opened,
    targets,
    method,
    whyInserts:
      request.method === 'auto' && method === 'insert' ? 'local_infile is OFF on the server' : undefined,
    rebuilt: whyKept === undefined ? removable : [],
    whyKept: request.indexes === 'auto' && removable.length > 0 ? whyKept : undefined,
    owed: (owed ?? []).map(each => each.name),
    isEmpty,
    unseen: unseenTriggers(grants, table),
    firesOnUpdate: !may(grants, 'TRIGGER', table) || table.triggers.some(each => each.event === 'UPDATE'),
    contractWords,
  }
}

function refusals(
  table: Table,
  state: ServerState,
  grants: readonly Grant[],
  { onDuplicate }: LoadRequest,
): readonly ErrorData[] {
  const where = tableText(table)
  const found: ErrorData[] = []
  const refuse = (title: string, next: string): void => void found.push(inputError(title, { next }).data)
  if (table.kind.includes('VIEW')) refuse(`${where} is a view`, 'Name the table that holds the rows.')
  else if (!rollsBack(table.engine))
    refuse(
      `${where} has the engine ${table.engine}, which cannot roll back: a load that fails would leave a part of its rows`,
      `ALTER TABLE ${where} ENGINE=InnoDB, or load into a copy of it that is InnoDB and move the rows from there.`,
    )
  if (state.isReadOnly) refuse('the server is read-only', 'Name the server that this one follows.')
  if (!may(grants, 'INSERT', table))
    refuse(`the account may not insert into ${where}`, `GRANT INSERT ON ${where} TO the account.`)
  if (onDuplicate !== 'replace') return found
  if (!may(grants, 'DELETE', table))
    refuse(
      `--on-duplicate replace deletes rows, and the account may not`,
      `GRANT DELETE ON ${where} TO the account.`,
    )
  for (const child of table.children.filter(each => !['RESTRICT', 'NO ACTION'].includes(each.onDelete)))
    refuse(
      `--on-duplicate replace deletes the row that was there, and rows of ${tableText(child.table)} with it: ${child.constraint} is ON DELETE ${child.onDelete}`,
      'Load into a table of its own, and UPDATE from there.',
    )
  return found
}

/** Undefined: taking them away is possible, and asked for or worth it. */
function whyKeep(
  table: Table,
  grants: readonly Grant[],
  { indexes }: LoadRequest,
  { sizeBytes, isPacked }: Input,
  removable: readonly string[],
  isEmpty: boolean,
): string | undefined {
  if (indexes === 'keep') return 'kept as asked'
  if (removable.length === 0)
    return 'none of them can go: unique ones decide about rows, foreign keys need theirs'
  const missing = ['CREATE', 'DROP', 'ALTER', 'INDEX'].filter(
    right => !may(grants, right, right === 'CREATE' || right === 'DROP' ? twinOf(table) : table),
  )
  if (missing.length > 0) return `the account has no right ${missing.join(', ')} there`
  if (indexes === 'rebuild') return undefined
  if (!isEmpty) return 'the table has rows, whose readers need them'
  if (sizeBytes === undefined) return 'how much comes is not known'
  const unpacked = sizeBytes * (isPacked ? 5 : 1)
  return unpacked < worthRebuilding ? 'so little is loaded as fast with them' : undefined
}
