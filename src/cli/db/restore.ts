/** `ops db restore [SOURCE] URL`: the days of a dump back into a table. */
import { inputError } from '../../base/errors.ts'
import type { RestoreRequest } from '../../jobs/dump/restore.ts'
import { parseTableName } from '../../mysql/table-name.ts'
import type { Store } from '../../store/store.ts'
import { helped } from '../argv.ts'
import type { VerbContext } from '../verb.ts'
import { jobStopTexts } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource } from './on-source.ts'
import { runRestore, withSource } from './restoring.ts'
import { openTarget } from './target.ts'

const description = `Brings the days of a dump back, byte for byte, each compared before it counts; of a day with revisions, the newest. The table must be empty or absent: an absent one is made as it was. Killed at any time, the same command goes on.
  ops db restore s3://acme/events --into app.again
  ops db restore s3://acme/events --day 2026-03-29 --into app.one_day
  ops db restore other s3://acme/events --into app.events              on another server`

interface Request extends RestoreRequest {
  readonly url: string
  readonly sse: string | undefined
  readonly plan: boolean
  readonly yes: boolean
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = dbCommand('restore', '[SOURCE] URL [--day D] [--into DB.TABLE]', description, true)
    .option('--day <day>', 'one day alone, as 2026-03-29')
    .option(
      '--shape <shape>',
      'days that were dumped in this shape of the table alone, where no table can hold all',
    )
    .option('--into <table>', 'DB.TABLE to restore into (default: the one that was dumped)')
    .option('--sse <key>', 'the encryption that the store must confirm: AES256, aws:kms or aws:kms:KEY')
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    await withSource(argv, command, dumpSource),
    screen,
    readRequest,
    async ({ url, sse, plan, yes, ...request }, session) => {
      const store = await openTarget(url, sse, session)
      const { restoreDump } = await import('../../jobs/dump/restore.ts')
      return runRestore('restore', session, store, { plan, yes }, context =>
        restoreDump(request, { ...context, store }),
      )
    },
    { stopTexts: jobStopTexts, looksOnly: ({ plan }) => plan },
  )
}

async function dumpSource(store: Store, url: string): Promise<string> {
  const { existingMark, listDump, readReceipt } = await import('../../jobs/dump/dump-store.ts')
  const newest = [...(await listDump(store)).days].at(-1)
  if (newest) {
    const [day, revision] = newest
    return (await readReceipt(store, { day, revision })).source
  }
  await existingMark(store)
  throw inputError(`the dump in ${url} has no day yet`, {
    next: 'There is nothing to restore, and nothing was changed.',
  })
}

function readRequest(given: GivenWords): Request {
  const { operands, options, errors, database } = given
  const [url, ...more] = operands
  if (url === undefined || more.length > 0)
    errors.push(inputError('restore takes one place', { next: 'Write ops db restore [SOURCE] URL.' }).data)
  const text = (key: string): string | undefined =>
    typeof options[key] === 'string' ? options[key] : undefined
  const day = text('day')
  if (day !== undefined && (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day))))
    errors.push(inputError(`--day ${day} is no day`, { next: 'Write it as 2026-03-29.' }).data)
  const word = text('into')
  const into = word === undefined ? undefined : parseTableName(word, database)
  if (into && 'problem' in into)
    errors.push(inputError(`--into: ${into.problem}`, { next: 'Write DB.TABLE.' }).data)
  return {
    url: url ?? '',
    sse: text('sse'),
    day,
    shape: text('shape'),
    into: into && 'table' in into ? into : undefined,
    ...needsYesOrPlan('db restore', given),
  }
}
