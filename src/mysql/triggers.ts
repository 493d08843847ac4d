/** The triggers of a table, as far as a job must know of them. */

import { type Grant, may } from './grants.ts'
import type { Session } from './session.ts'
import { sql } from './sql.ts'
import { type TableName, tableText } from './table-name.ts'

export interface Trigger {
  readonly name: string
  readonly timing: string
  readonly event: 'INSERT' | 'UPDATE' | 'DELETE'
}

/** Those that the account may see. */
export async function readTriggers(
  session: Session,
  { database, table }: TableName,
  doing: string,
): Promise<Trigger[]> {
  const records = await session.records(
    sql`SELECT TRIGGER_NAME AS name, ACTION_TIMING AS timing, EVENT_MANIPULATION AS event
        FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ${database} AND EVENT_OBJECT_TABLE = ${table}`,
    doing,
  )
  return records.map(record => ({
    name: record.name ?? '',
    timing: record.timing ?? '',
    event: (record.event ?? '') as Trigger['event'],
  }))
}

/** What a plan says where `readTriggers` shows none to the account; empty: it shows all. */
export function unseenTriggers(grants: readonly Grant[], table: TableName): readonly string[] {
  return may(grants, 'TRIGGER', table)
    ? []
    : [`whether ${tableText(table)} has triggers cannot be seen: the account has no right TRIGGER there`]
}
