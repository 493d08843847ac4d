/** What of the target is against a copy: another source's rows, columns that are missing or too narrow, no key to write by. */
import { type ErrorData, inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Key } from '../../mysql/keys.ts'
import type { ServerState } from '../../mysql/server-state.ts'
import { tableText } from '../../mysql/table-name.ts'
import { holds, type PgPlace, spelled } from '../../postgres/catalog.ts'
import { deletedAtColumn } from '../../postgres/create-table.ts'
import type { PgSession } from '../../postgres/session.ts'
import { nameList, quoteName } from '../../postgres/sql.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import type { CopyColumn } from './columns.ts'
import type { CopyRequest } from './copy-request.ts'
import { type CopyRecord, recordTable } from './record.ts'

interface Sides {
  readonly request: CopyRequest
  readonly table: Table
  readonly key: Key
  readonly columns: readonly CopyColumn[]
  readonly state: ServerState
  readonly place: PgPlace
  readonly record: CopyRecord | undefined
}

/** Empty: nothing is against it. */
export async function targetProblems(session: PgSession, sides: Sides): Promise<readonly ErrorData[]> {
  const { request, place } = sides
  const { as } = request
  const where = pgTableText(as)
  const found: ErrorData[] = []
  const refuse: Refuse = (title, next) => void found.push(inputError(title, { next }).data)
  if (as.table === recordTable)
    refuse(`${where} is where ops keeps how far its copies came`, 'Name another table with --as.')
  const encoding = await session.value('SHOW server_encoding', 'looking at the target')
  if (encoding !== 'UTF8') {
    refuse(
      `the database of ${session.source} keeps text as ${encoding}`,
      'It cannot hold every character. Name a database whose encoding is UTF8.',
    )
  }
  const { table } = place
  if (!table) {
    await refuseRights(session, sides, refuse)
    return found
  }
  if (!['r', 'p'].includes(table.kind)) {
    refuse(`${where} is there, and is no table`, 'Name another one with --as.')
    return found
  }
  refuseRecord(sides, refuse)
  refuseColumns(sides, refuse)
  const { columns } = sides.key
  const isKeyed = table.uniqueKeys.some(
    each => each.length === columns.length && each.every(name => columns.includes(name)),
  )
  if (!isKeyed) {
    refuse(
      `${where} has no unique key of ${columns.join(', ')}, by which a changed row replaces its old copy`,
      `Add it: ALTER TABLE ${quoteName(as.schema, as.table)} ADD PRIMARY KEY ${nameList(columns)}.`,
    )
  }
  return found
}

type Refuse = (title: string, next: string) => void

async function refuseRights(session: PgSession, { request, place }: Sides, refuse: Refuse): Promise<void> {
  const { schema } = request.as
  const doing = 'looking at the rights of the account'
  if (place.hasSchema) {
    const may = await session.value(`SELECT has_schema_privilege($1, 'CREATE')`, doing, [schema])
    if (may !== 't')
      refuse(
        `the account may not make tables in the schema ${schema}`,
        `GRANT USAGE, CREATE ON SCHEMA ${quoteName(schema)} TO the account.`,
      )
    return
  }
  const may = await session.value(`SELECT has_database_privilege(current_database(), 'CREATE')`, doing)
  if (may !== 't')
    refuse(
      `there is no schema ${schema}, and the account may not make one`,
      `CREATE SCHEMA ${quoteName(schema)} AUTHORIZATION the account.`,
    )
}

/** One place is the copy of one table of one server. */
function refuseRecord({ request, table, state, place, record }: Sides, refuse: Refuse): void {
  if (request.isFull) return
  const where = pgTableText(request.as)
  if (!record) {
    if (place.table?.hasRows)
      refuse(
        `${where} has rows that no copy of ops brought`,
        'Name a table that is not there or empty; or replace them all with --full.',
      )
    return
  }
  if (record.sourceTable !== tableText(table))
    refuse(
      `${where} is the copy of ${record.sourceTable}`,
      'Name another table with --as; or replace its rows with --full.',
    )
  if (record.server !== state.ownId)
    refuse(
      `${where} is the copy of a table of another server`,
      `If ${state.hostname} took over from it, copy everything once more with --full: what changed meanwhile cannot be told from here.`,
    )
  if (record.byColumn !== null && request.by !== undefined && record.byColumn !== request.by)
    refuse(
      `${where} is copied by ${record.byColumn}, not by ${request.by}`,
      `Write --by ${record.byColumn}; or begin anew with --full.`,
    )
}

function refuseColumns({ request, columns, place }: Sides, refuse: Refuse): void {
  const { table } = place
  if (!table) return
  const where = pgTableText(request.as)
  const quoted = quoteName(request.as.schema, request.as.table)
  const wanted = [
    ...columns.map(({ target }) => target),
    ...(request.deletes === 'soft' ? [deletedAtColumn] : []),
  ]
  for (const { name, type, isNullable } of wanted) {
    const actual = table.columns.find(each => each.name === name)
    if (!actual) {
      refuse(
        `${where} has no column ${name}, which the source has`,
        `Add it, and bring its values with --full${request.by === undefined ? '' : `, with the same --by ${request.by}`}: ALTER TABLE ${quoted} ADD COLUMN ${quoteName(name)} ${type}.`,
      )
    } else if (actual.isGenerated) {
      refuse(
        `${name} of ${where} is computed by the target`,
        `Make it plain: ALTER TABLE ${quoted} ALTER COLUMN ${quoteName(name)} DROP EXPRESSION.`,
      )
    } else if (!holds(actual.type, spelled(type))) {
      refuse(
        `${name} of ${where} is ${actual.type}, and the source needs ${spelled(type)}`,
        `ALTER TABLE ${quoted} ALTER COLUMN ${quoteName(name)} TYPE ${type}.`,
      )
    } else if (isNullable && !actual.isNullable) {
      refuse(
        `${name} of ${where} takes no NULL, and the source may bring some`,
        `ALTER TABLE ${quoted} ALTER COLUMN ${quoteName(name)} DROP NOT NULL.`,
      )
    }
  }
  for (const { name, isNullable, hasDefault, isGenerated } of table.columns) {
    if (isNullable || hasDefault || isGenerated || wanted.some(each => each.name === name)) continue
    refuse(
      `${where} has a column ${name} that takes no NULL, and the source has none`,
      `ALTER TABLE ${quoted} ALTER COLUMN ${quoteName(name)} DROP NOT NULL, or give it a default.`,
    )
  }
}
