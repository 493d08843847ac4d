/** A table with all that a contract says of it. */
import { createHash } from 'node:crypto'
import type { Table } from '../../mysql/catalog.ts'
import { may, readGrants } from '../../mysql/grants.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableText } from '../../mysql/table-name.ts'
import { readRules, type TableRules } from '../../mysql/table-rules.ts'

export interface Seen extends TableRules {
  readonly table: Table
  /** As `mariadb 10.11`. */
  readonly server: string
  /** By name: `before insert 1f2e3d4c5b6a`, with a mark of what it does. Undefined: the account may not see them. */
  readonly triggers: ReadonlyMap<string, string> | undefined
}

/** Undefined for what is no table, such as a view: no rules are its own. */
export async function see(session: Session, table: Table): Promise<Seen | undefined> {
  const rules = await readRules(session, table)
  const { flavor, text } = session.version
  const server = `${flavor} ${/^\d+\.\d+/.exec(text)?.[0] ?? text}`
  return rules && { ...rules, table, server, triggers: await readTriggerTexts(session, table) }
}

async function readTriggerTexts(session: Session, table: Table): Promise<Seen['triggers']> {
  if (!may(await readGrants(session), 'TRIGGER', table)) return undefined
  const records = await session.records(
    sql`SELECT TRIGGER_NAME AS name, ACTION_TIMING AS timing, EVENT_MANIPULATION AS event, ACTION_STATEMENT AS body
        FROM information_schema.TRIGGERS
        WHERE EVENT_OBJECT_SCHEMA = ${table.database} AND EVENT_OBJECT_TABLE = ${table.table} ORDER BY TRIGGER_NAME`,
    `looking at ${tableText(table)}`,
  )
  return new Map(
    records.map(({ name, timing, event, body }) => {
      const mark = createHash('sha256')
        .update((body ?? '').replaceAll(/\s+/g, ' ').trim())
        .digest('hex')
      return [name ?? '', `${timing} ${event} ${mark.slice(0, 12)}`.toLowerCase()]
    }),
  )
}
