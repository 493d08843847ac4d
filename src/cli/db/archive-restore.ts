/** `ops db archive restore [SOURCE] URL`: rows of an archive back into a table. */
import { inputError } from '../../base/errors.ts'
import { parseTableName, type TableName } from '../../mysql/table-name.ts'
import type { Store } from '../../store/store.ts'
import { helped } from '../argv.ts'
import type { VerbContext } from '../verb.ts'
import { jobStopTexts } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource } from './on-source.ts'
import { runRestore, withSource } from './restoring.ts'
import { openTarget } from './target.ts'

const description = `Brings the rows of an archive back, byte for byte, each read back before it counts. A row that is there already is left as it is; a table that is not there is made as it was.
  ops db archive restore s3://acme/events                      where it came from
  ops db archive restore s3://acme/events --into app.again
  ops db archive restore other s3://acme/events --into app.events   on another server`

interface Request {
  readonly url: string
  readonly into: TableName | undefined
  readonly only: TableName | undefined
  readonly shape: string | undefined
  readonly plan: boolean
  readonly yes: boolean
}

export async function run(argv: readonly string[], { screen }: VerbContext): Promise<number> {
  const command = dbCommand('archive restore', '[SOURCE] URL [--into DB.TABLE]', description, true)
    .option('--into <table>', 'DB.TABLE to restore into (default: the one that was archived)')
    .option('--only <table>', 'the rows of this table alone, which went with the archived one (--with)')
    .option(
      '--shape <shape>',
      'what was archived in this shape of the table alone, where no table can hold all',
    )
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    await withSource(argv, command, archiveSource),
    screen,
    readRequest,
    async ({ url, into, only, shape, plan, yes }, session) => {
      const store = await openTarget(url, undefined, session)
      const { restoreArchive } = await import('../../jobs/archive/restore.ts')
      return runRestore('archive restore', session, store, { plan, yes }, context =>
        restoreArchive({ into, only, shape }, { ...context, store }),
      )
    },
    { stopTexts: jobStopTexts, looksOnly: ({ plan }) => plan },
  )
}

async function archiveSource(store: Store, url: string): Promise<string> {
  const { listArchive, readMark, readReceipt } = await import('../../jobs/archive/archive-store.ts')
  const mark = await readMark(store, undefined)
  const newest = (await listArchive(store)).receipts.at(-1)
  if (newest === undefined || !mark) {
    throw inputError(`there is no archive in ${url}`, {
      next: 'Name the place that `ops db archive ... --to` was given.',
    })
  }
  return (await readReceipt(store, newest, mark.table)).source
}

function readRequest(given: GivenWords): Request {
  const { operands, options, errors, database } = given
  const [url, ...more] = operands
  if (url === undefined || more.length > 0) {
    errors.push(
      inputError('restore takes one place', { next: 'Write ops db archive restore [SOURCE] URL.' }).data,
    )
  }
  const table = (flag: string, word: unknown): TableName | undefined => {
    const named = typeof word === 'string' ? parseTableName(word, database) : undefined
    if (named === undefined || 'table' in named) return named
    errors.push(inputError(`${flag}: ${named.problem}`, { next: 'Write DB.TABLE.' }).data)
    return undefined
  }
  return {
    url: url ?? '',
    into: table('--into', options.into),
    only: table('--only', options.only),
    shape: typeof options.shape === 'string' ? options.shape : undefined,
    ...needsYesOrPlan('db archive restore', given),
  }
}
