/** What the account may do, read from `SHOW GRANTS`: before anything moves, and without trying. */
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import type { TableName } from './table-name.ts'

/** One line of SHOW GRANTS: some privileges on everything, a database or a table. */
export interface Grant {
  /** Upper case words, as `SELECT`; `ALL PRIVILEGES` stands for each. */
  readonly privileges: readonly string[]
  /** Undefined: all. May hold the wildcards % and _, with a backslash before a plain one. */
  readonly database: string | undefined
  /** Undefined: all. */
  readonly table: string | undefined
}

/** The lines of the account itself and of its roles that are on. */
export async function readGrants(session: Session): Promise<readonly Grant[]> {
  const rows = await session.cells(sql`SHOW GRANTS`, 'reading the rights of the account')
  return rows.flatMap(([line]) => {
    const grant = parseGrant(line?.toString('utf8') ?? '')
    return grant ? [grant] : []
  })
}

const line = /^GRANT (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)*`)\.(\*|`(?:[^`]|``)*`) TO /

/** Undefined for lines that are about roles, proxies or routines. */
export function parseGrant(text: string): Grant | undefined {
  const [, privileges = '', database = '', table = ''] = line.exec(text) ?? []
  if (privileges === '') return undefined
  const named = (word: string): string | undefined =>
    word === '*' ? undefined : word.slice(1, -1).replaceAll('``', '`')
  return {
    // A right on single columns, as `SELECT (a, b)`, is none on the table.
    privileges: privileges
      .replace(/[A-Z ]+\([^)]*\)(?:, |$)/g, '')
      .split(/, ?/)
      .filter(word => word !== ''),
    database: named(database),
    table: named(table),
  }
}

/** Whether one of the grants gives this privilege on the table. */
export function may(grants: readonly Grant[], privilege: string, { database, table }: TableName): boolean {
  return grants.some(
    grant =>
      (grant.privileges.includes(privilege) || grant.privileges.includes('ALL PRIVILEGES')) &&
      (grant.database === undefined || matches(grant.database, database)) &&
      (grant.table === undefined || grant.table === table),
  )
}

/** Whether a privilege is given on the whole server. */
export function mayEverywhere(grants: readonly Grant[], privilege: string): boolean {
  return grants.some(
    ({ privileges, database }) =>
      database === undefined && (privileges.includes(privilege) || privileges.includes('ALL PRIVILEGES')),
  )
}

function matches(pattern: string, database: string): boolean {
  const source = pattern.replaceAll(/\\?[\s\S]/g, each => {
    if (each === '%') return '.*'
    if (each === '_') return '.'
    return each.slice(-1).replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 's').test(database)
}
