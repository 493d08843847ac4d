/** From the `--to` of a copy to a PostgreSQL server: `[db NAME]`, a host name, or a `postgres://` address. */
import { type ErrorData, inputError, OpsError } from '../../base/errors.ts'
import { plainBehindHost } from '../../inventory/database.ts'
import type { PostgresServer } from '../../postgres/server.ts'
import type { CommonSettings } from '../flags.ts'
import type { ReportSession } from '../report-session.ts'
import type { SourceRun } from './on-source.ts'
import { type ChosenSource, chooseSource, serverPlace } from './source.ts'

const next =
  'A target is a section [db NAME] of ops.ini with `engine = postgres`, a host (its own server, by its socket), or postgres://USER@HOST:PORT/DB?via=SSHHOST.'

/** Adds to `errors` whatever keeps the target from being reached; undefined then. Nothing is contacted yet. */
export async function chooseTarget(
  word: string | undefined,
  settings: CommonSettings,
  errors: ErrorData[],
): Promise<ChosenSource | undefined> {
  if (word === undefined || word === '') {
    errors.push(inputError('--to is missing', { next }).data)
    return undefined
  }
  const chosen = await chooseSource(word, settings, errors)
  if (!chosen) return undefined
  const { database, inventory } = chosen
  // A bare host has no engine of its own: here it is asked for its PostgreSQL.
  const isBare = !inventory.databases.has(word) && !word.includes('://')
  if (isBare) return { ...chosen, database: { ...database, engine: 'postgres' } }
  if (database.engine !== 'mysql') return chosen
  errors.push(inputError(`${word} is no PostgreSQL server`, { next }).data)
  return undefined
}

/** Logs in; closed at the end by itself. */
export async function openTargetServer(
  chosen: ChosenSource,
  settings: CommonSettings,
  session: ReportSession & Partial<Pick<SourceRun, 'planNotes'>>,
): Promise<PostgresServer> {
  const plain = plainBehindHost(chosen.database)
  if (plain !== undefined) session.planNotes?.push(plain)
  if (chosen.database.engine === 'redshift') {
    throw new OpsError({
      code: 'input',
      title: `${chosen.database.name} is Redshift, for which ops writes the statements and does not run them`,
      changed: 'no',
      next: 'They were never tried on a Redshift. --ddl prints CREATE TABLE, COPY through S3 and MERGE: run them yourself.',
    })
  }
  const { openPostgres } = await import('../../postgres/server.ts')
  const { database } = chosen.database
  const server = await openPostgres({
    ...(await serverPlace(chosen, settings, session)),
    ...(database !== undefined && { database }),
  })
  session.atEnd.push(() => server.close())
  session.interrupt.listen(level => {
    if (level === 'hard') server.abort()
  })
  return server
}
