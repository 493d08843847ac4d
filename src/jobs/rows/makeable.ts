/** Whether a server knows the character sets, collations and types that a table is to be made with: another kind or version may not. */
import { InputErrors, inputError } from '../../base/errors.ts'
import { type TextKind, textKinds, usualKind } from '../../mysql/character-sets.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import { type Sql, sql, trusted } from '../../mysql/sql.ts'
import { type TableName, tableText } from '../../mysql/table-name.ts'

/** What to do where the server cannot make a table as it was. */
export function makeItYourself(target: TableName): string {
  return `Nothing was restored. Make ${tableText(target)} yourself, with columns of the same names, types and character sets, spelled as this server takes them, and run the same command again: it restores into it. Each saved file says in its first line (createTable) how it was.`
}

/** Types that only some versions of MariaDB have; its COMPRESSED stands in a comment that others pass over. */
const ownTypes = /^ *`((?:[^`]|``)+)` (uuid|inet4|inet6)\b/

/** @throws InputErrors that name each type, collation or character set which the server does not have, with its columns. */
export async function checkMakeable(session: Session, target: TableName, createTable: string): Promise<void> {
  const usual = usualKind(createTable)
  const wanted = new Map<string, { readonly kind: TextKind; readonly columns: string[] }>()
  const kinds = [...textKinds(createTable), ...(usual ? [[undefined, usual] as const] : [])]
  for (const [column, kind] of kinds) {
    const named = `${kind.characterSet} ${kind.collation}`
    const known = wanted.get(named) ?? { kind, columns: [] }
    wanted.set(named, known)
    if (column !== undefined) known.columns.push(column)
  }
  const missing: string[] = []
  for (const { kind, columns } of wanted.values()) {
    if (await knows(session, kind)) continue
    const what =
      kind.collation === undefined ? `character set ${kind.characterSet}` : `collation ${kind.collation}`
    const whose = columns.length === 0 ? 'the one of the table itself' : `of ${columns.join(', ')}`
    missing.push(`${tableText(target)} cannot be made as it was: ${session.source} has no ${what} (${whose})`)
  }
  const next = makeItYourself(target)
  const errors = missing.map(title => inputError(title, { next }).data)
  for (const [type, columns] of typesIn(createTable)) {
    if (await takes(session, sql`SELECT CAST(NULL AS ${trusted(type)})`)) continue
    errors.push(
      inputError(
        `${tableText(target)} cannot be made as it was: ${session.source} has no type ${type} (of ${columns.join(', ')})`,
        {
          next: 'Nothing was restored. Restore into a MariaDB that has this type, and move the rows from there.',
        },
      ).data,
    )
  }
  if (errors.length > 0) throw new InputErrors(errors)
}

function typesIn(createTable: string): ReadonlyMap<string, readonly string[]> {
  const types = new Map<string, string[]>()
  for (const line of createTable.split('\n')) {
    const [, quoted, type] = ownTypes.exec(line) ?? []
    if (quoted !== undefined && type !== undefined)
      types.set(type, [...(types.get(type) ?? []), quoted.replaceAll('``', '`')])
  }
  return types
}

async function knows(session: Session, { characterSet, collation }: TextKind): Promise<boolean> {
  const text = sql`CONVERT('' USING ${trusted(characterSet)})`
  const collated: Sql = collation === undefined ? text : sql`${text} COLLATE ${trusted(collation)}`
  return takes(session, sql`SELECT ${collated}`)
}

const unknown: readonly (number | undefined)[] = [
  serverErrors.unknownCollation,
  serverErrors.unknownCharacterSet,
  serverErrors.unknownType,
  serverErrors.syntax,
]

/** False where a word of the statement is not known to the server. */
async function takes(session: Session, statement: Sql): Promise<boolean> {
  try {
    await session.cells(statement, 'looking for its character sets and types')
    return true
  } catch (thrown) {
    if (!unknown.includes(errorNumber(thrown))) throw thrown
    return false
  }
}
