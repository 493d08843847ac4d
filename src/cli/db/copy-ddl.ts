/** `ops db copy ... --ddl`: the statements that make the target's table, and for Redshift those that fill it. Contacts the source alone. */

import { copyKind } from '../../jobs/copy/options.ts'
import { planDdl } from '../../jobs/copy/plan.ts'
import type { Server } from '../../mysql/server.ts'
import { ddlText, targetColumns } from '../../postgres/create-table.ts'
import { redshiftStatements } from '../../postgres/redshift.ts'
import { helped } from '../argv.ts'
import type { VerbContext } from '../verb.ts'
import { type CopyWords, readCopyWords } from './copy-words.ts'
import { addJobFlags } from './job-fields.ts'
import { dbCommand, onSource } from './on-source.ts'

const description = 'Prints CREATE TABLE for the target, and does nothing else.'

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = dbCommand('copy', 'SOURCE DB.TABLE --to TARGET --as SCHEMA.TABLE --ddl', description)
  addJobFlags(command, copyKind)
  command.option('--ddl', 'print CREATE TABLE for the target; do nothing else')
  for (const flags of ['-y, --yes', '--plan']) command.option(flags)
  if (helped(command, argv, screen)) return 0
  return onSource(command, argv, screen, readCopyWords, async (words, session) => {
    if (words) screen.out(await statements(await session.open(), words))
    return 0
  })
}

async function statements(server: Server, { copy, target }: CopyWords): Promise<string> {
  const { table: wanted, as, deletes } = copy
  const { engine } = target.database
  const isSoft = deletes === 'soft'
  const to = engine === 'redshift' ? 'redshift' : 'postgres'
  const { table, key } = await planDdl(await server.session(), wanted, to)
  const ddl = ddlText(table, key.columns, as, to, isSoft)
  if (to === 'postgres') return ddl
  const columns = targetColumns(table.columns, key.columns, to).flatMap(each => (each ? [each] : []))
  const load = redshiftStatements({
    table: as,
    columns,
    key: key.columns,
    from: 's3://BUCKET/PREFIX',
    role: 'arn:aws:iam::ACCOUNT:role/ROLE',
  })
  return `${ddl}\n-- Names with capitals need: SET enable_case_sensitive_identifier TO true;\n${load.map(each => `${each};\n`).join('')}`
}
