/** `ops db dump`: each closed day of a table saved once, as a file of its own. */
import { inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import type { DumpRequest } from '../../jobs/dump/plan.ts'
import { isZone, parseAge } from '../../jobs/time-words.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { confirmJob, jobStopTexts } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource, tableOperand } from './on-source.ts'
import { openTarget } from './target.ts'

const description = `Saves each closed day of a table once, as a file with count, hash and schema that never changes. The next run looks only at what is new. No lock is taken: a day is one snapshot, read in short statements.
  ops db dump shop app.events --by created_at --tz Europe/Berlin --to s3://acme/events
  ops db dump shop app.events --by created_at --tz UTC --to ./events --recheck 30d     late rows: revision 2 beside
  ops db restore s3://acme/events --into app.again                                     byte for byte`

interface Request {
  readonly dump: DumpRequest
  readonly to: string
  readonly sse: string | undefined
  readonly plan: boolean
  readonly yes: boolean
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = dbCommand('dump', 'SOURCE DB.TABLE --by COLUMN --tz ZONE --to URL', description, true)
    .option('--by <column>', 'the column that says to which day a row belongs: DATE, DATETIME or TIMESTAMP')
    .option(
      '--tz <zone>',
      'whose days: as Europe/Berlin or UTC; a DATETIME or DATE is read as its clocks show it',
    )
    .option('--to <url>', 'a folder, or s3://BUCKET/PREFIX; one place for one table')
    .option('--close-after <age>', 'how long after its end a day is closed (default: 2d)')
    .option('--recheck <age>', 'compare days that ended within this time with what was dumped, as 30d')
    .option('--sse <key>', 'encryption to ask of S3, and to see confirmed: AES256, aws:kms or aws:kms:KEY')
    .option('--scan', 'read the whole table where no index begins with the column')
    .option('--unwatched', 'close days although the account cannot see open transactions')
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    argv,
    screen,
    readRequest,
    async ({ dump, to, sse, plan, yes }, session) => {
      const store = await openTarget(to, sse, session)
      const { runDump } = await import('../../jobs/dump/run-dump.ts')
      session.report.emit({ event: 'run', verb: 'db dump', hosts: [session.source], version: opsVersion() })
      const confirm = confirmJob(session, yes || plan, ({ data }) =>
        data.reads === 'scan'
          ? `Read the whole table, and dump its new days to ${store.url}?`
          : `Dump ${(data.days as readonly unknown[]).length.toLocaleString('en')} days to ${store.url}?`,
      )
      const ran = await runDump(dump, {
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
  const optional = (key: string): string | undefined =>
    typeof options[key] === 'string' ? options[key] : undefined
  const needed = (flag: string, key: string, next: string): string => {
    const value = optional(key)
    if (value !== undefined && value !== '') return value
    refuse(`${flag} is missing`, next)
    return ''
  }
  const age = (flag: string, key: string): DumpRequest['recheck'] => {
    const text = optional(key)
    const found = text === undefined ? undefined : parseAge(text)
    if (text !== undefined && !found) refuse(`${flag} ${text} is no age`, 'Write 12h, 2d, 30d, 6mo or 1y.')
    return found
  }
  const table = tableOperand(given)
  if (operands.length > 1)
    refuse(`dump takes one table, not also ${operands.slice(1).join(' ')}`, 'Dump each table for itself.')
  const zone = needed('--tz', 'tz', 'Say whose days are meant: --tz Europe/Berlin, or UTC.')
  if (zone !== '' && !isZone(zone))
    refuse(`--tz ${zone}: there is no such zone`, 'Write a name as Europe/Berlin, or UTC.')
  const dump: DumpRequest = {
    table,
    by: needed('--by', 'by', 'Name the column that says to which day a row belongs: --by created_at.'),
    zone,
    closeAfter: age('--close-after', 'closeAfter') ?? { count: 2, unit: 'd' },
    recheck: age('--recheck', 'recheck'),
    scans: options.scan === true,
    unwatched: options.unwatched === true,
  }
  const to = needed('--to', 'to', 'Name a folder, or s3://BUCKET/PREFIX.')
  return { dump, to, sse: optional('sse'), ...needsYesOrPlan('db dump', given) }
}
