/** `ops db archive`: old rows saved in a store, proved there, and only then deleted; verified and restored from it. */
import { inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import { checkWhere } from '../../jobs/archive/condition.ts'
import type { ArchiveRequest } from '../../jobs/archive/plan.ts'
import { isZone, parseAge } from '../../jobs/time-words.ts'
import type { TableName } from '../../mysql/catalog.ts'
import { parseTableName } from '../../mysql/table-name.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { confirmJob, jobStopTexts } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource, tableOperand } from './on-source.ts'
import { openTarget } from './target.ts'

const description = `Moves old rows to a store. Each chunk is written, read back and compared before one of its rows is deleted; a row that was changed meanwhile stays. Killed at any time, the same command goes on.
  ops db archive shop app.events --older-than 6mo --by updated_at --to s3://acme/events
  ops db archive shop app.events --older-than 1y --by created_at --to ./events --no-delete
  ops db archive verify s3://acme/events                       read all of it again, compare
  ops db archive restore s3://acme/events --into app.again     byte for byte`

interface Request {
  readonly archive: ArchiveRequest
  readonly to: string
  readonly sse: string | undefined
  readonly plan: boolean
  readonly yes: boolean
}

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  if (argv[0] === 'verify') return (await import('./archive-verify.ts')).run(argv.slice(1), context)
  if (argv[0] === 'restore') return (await import('./archive-restore.ts')).run(argv.slice(1), context)
  const { screen } = context
  const command = dbCommand(
    'archive',
    'SOURCE DB.TABLE --older-than AGE --by COLUMN --to URL',
    description,
    true,
  )
    .option('--older-than <age>', 'rows whose time is so long ago: 12h, 30d, 2w, 6mo, 7y')
    .option('--by <column>', 'the column of that time: DATE, DATETIME or TIMESTAMP')
    .option('--to <url>', 'a folder, or s3://BUCKET/PREFIX; one place for one table')
    .option('--sse <key>', 'encryption to ask of S3, and to see confirmed: AES256, aws:kms or aws:kms:KEY')
    .option('--where <sql>', 'only rows for which this holds too, as "state = \'closed\'"')
    .option('--tz <zone>', "the zone of a DATETIME or DATE, as Europe/Berlin (default: the server's)")
    .option('--with <table>', 'rows of this table that refer to them go with them; may be repeated', several)
    .option('--keep <age>', 'how long the store must keep them, as 7y (default: for ever)')
    .option('--scan', 'read the whole table where no index begins with the column')
    .option('--no-delete', 'save the rows, and delete none')
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    argv,
    screen,
    readRequest,
    async ({ archive, to, sse, plan, yes }, session) => {
      const store = await openTarget(to, sse, session)
      const { runArchive } = await import('../../jobs/archive/run-archive.ts')
      session.report.emit({
        event: 'run',
        verb: 'db archive',
        hosts: [session.source],
        version: opsVersion(),
      })
      const confirm = confirmJob(session, yes || plan, ({ data }) =>
        archive.deletes
          ? `Save ${Number(data.rows).toLocaleString('en')} rows in ${store.url} and delete them from the table?`
          : `Save ${Number(data.rows).toLocaleString('en')} rows in ${store.url}?`,
      )
      const ran = await runArchive(archive, {
        server: await session.open(),
        store,
        emit: session.report.emit,
        interrupt: session.interrupt,
        plansOnly: plan,
        ...(confirm && { confirm }),
      })
      return ran || plan ? 0 : declinedExitCode
    },
    jobStopTexts,
  )
}

function readRequest(given: GivenWords): Request {
  const { options, errors, operands } = given
  const refuse = (title: string, next: string): void => void errors.push(inputError(title, { next }).data)
  const text = (flag: string, key: string, next: string): string => {
    const value = options[key]
    if (typeof value === 'string' && value !== '') return value
    refuse(`${flag} is missing`, next)
    return ''
  }
  const optional = (key: string): string | undefined =>
    typeof options[key] === 'string' ? options[key] : undefined
  const table = tableOperand(given)
  if (operands.length > 1)
    refuse(
      `archive takes one table, not also ${operands.slice(1).join(' ')}`,
      'Archive each table for itself.',
    )
  const ageText = text(
    '--older-than',
    'olderThan',
    'Write --older-than 6mo: hours (h), days (d), weeks (w), months (mo) or years (y).',
  )
  const olderThan = parseAge(ageText)
  if (ageText !== '' && !olderThan)
    refuse(`--older-than ${ageText} is no age`, 'Write 12h, 30d, 2w, 6mo or 7y.')
  const where = optional('where')
  const problem = where === undefined ? undefined : checkWhere(where)
  if (problem !== undefined)
    refuse(`--where ${JSON.stringify(where)}: ${problem}`, 'Write SQL as it would stand after WHERE.')
  const keepText = optional('keep')
  const keep = keepText === undefined ? undefined : parseAge(keepText)
  if (keepText !== undefined && !keep) refuse(`--keep ${keepText} is no age`, 'Write 90d, 6mo or 7y.')
  const zone = optional('tz')
  if (zone !== undefined && !isZone(zone))
    refuse(`--tz ${zone}: there is no such zone`, 'Write a name as Europe/Berlin, or UTC.')
  const archive: ArchiveRequest = {
    table,
    olderThan: olderThan ?? { count: 1, unit: 'y' },
    by: text('--by', 'by', 'Name the column that says how old a row is: --by updated_at.'),
    zone,
    where,
    deletes: options.delete !== false,
    scans: options.scan === true,
    with: withTables(given),
    keep,
  }
  const to = text('--to', 'to', 'Name a folder, or s3://BUCKET/PREFIX.')
  return { archive, to, sse: optional('sse'), ...needsYesOrPlan('db archive', given) }
}

const several = (word: string, before: readonly string[] = []): readonly string[] => [...before, word]

function withTables({ options, errors, database }: GivenWords): readonly TableName[] {
  const words = Array.isArray(options.with) ? options.with.map(String) : []
  return words.flatMap(word => {
    const named = parseTableName(word, database)
    if ('table' in named) return [named]
    errors.push(inputError(`--with ${word}: ${named.problem}`, { next: 'Write DB.TABLE.' }).data)
    return []
  })
}
