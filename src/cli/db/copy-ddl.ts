/** What `ops db copy --ddl` prints: the statements that make the target's table. */
import { planDdl } from '../../jobs/copy/plan.ts'
import type { TableName } from '../../mysql/catalog.ts'
import type { Server } from '../../mysql/server.ts'
import { ddlText } from '../../postgres/create-table.ts'
import type { PgTableName } from '../../postgres/table-name.ts'

export async function printDdl(
  server: Server,
  wanted: TableName,
  as: PgTableName,
  engine: 'mysql' | 'postgres' | 'redshift',
  isSoft: boolean,
): Promise<string> {
  const to = engine === 'redshift' ? 'redshift' : 'postgres'
  const { table, key } = await planDdl(await server.session(), wanted, to)
  return ddlText(table, key.columns, as, to, isSoft)
}
