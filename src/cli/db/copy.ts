/** `ops db copy`: a table of MySQL or MariaDB into PostgreSQL, whole at first and then what changed. */
import { opsVersion } from '../../base/version.ts'
import type { CopyRequest } from '../../jobs/copy/plan.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import { commonSettings } from '../flags.ts'
import type { VerbContext } from '../verb.ts'
import { addCopyFlags, readCopyRequest } from './copy-words.ts'
import { confirmJob, jobStopTexts } from './job-prompts.ts'
import { dbCommand, type GivenWords, needsYesOrPlan, onSource } from './on-source.ts'
import type { ChosenSource } from './source.ts'
import { chooseTarget, openTargetServer } from './target-server.ts'

const description = `Copies a table into PostgreSQL: whole at first, later what changed. A changed row replaces its old copy; rows and watermark come in one transaction, so that a run that is killed leaves the target as it was. What the target cannot hold is counted before a row moves.
  ops db copy shop shop.users --to reports --as staging.users --by updated_at
  ops db copy shop shop.users --to reports --as staging.users --by updated_at --deletes hard
  ops db copy shop shop.users --to reports --as staging.users --ddl
  ops db copy audit shop shop.users --to reports --as staging.users      find what no stamp tells of`

interface Request {
  readonly copy: CopyRequest
  readonly target: ChosenSource | undefined
  readonly plan: boolean
  readonly yes: boolean
  readonly printsDdl: boolean
}

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  if (argv[0] === 'audit') return (await import('./copy-audit.ts')).run(argv.slice(1), context)
  const { screen } = context
  const command = addCopyFlags(
    dbCommand('copy', 'SOURCE DB.TABLE --to TARGET --as SCHEMA.TABLE', description, true),
  )
    .option('--full', 'the whole table once more, over what is there')
    .option('--ddl', 'print CREATE TABLE for the target; do nothing else')
  if (helped(command, argv, screen)) return 0
  return onSource(
    command,
    argv,
    screen,
    readRequest,
    async ({ copy, target, plan, yes, printsDdl }, session) => {
      if (!target) return declinedExitCode
      const { table, as, deletes } = copy
      if (printsDdl) {
        const { printDdl } = await import('./copy-ddl.ts')
        screen.out(
          await printDdl(await session.open(), table, as, target.database.engine, deletes === 'soft'),
        )
        return 0
      }
      const server = await session.open()
      const into = await openTargetServer(target, session.settings, session)
      const { runCopy } = await import('../../jobs/copy/run-copy.ts')
      session.report.emit({
        event: 'run',
        verb: 'db copy',
        hosts: [session.source, into.name],
        version: opsVersion(),
      })
      const confirm = confirmJob(
        session,
        yes || plan,
        ({ data }) => `Copy ${Number(data.rows).toLocaleString('en')} rows into ${as.schema}.${as.table}?`,
      )
      const ran = await runCopy(copy, {
        server,
        target: into,
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

async function readRequest(given: GivenWords): Promise<Request> {
  const { options, errors } = given
  const printsDdl = options.ddl === true
  const to = typeof options.to === 'string' ? options.to : undefined
  const copy = readCopyRequest(given)
  const target = await chooseTarget(to, commonSettings(options, []), errors)
  const { plan, yes } = printsDdl ? { plan: false, yes: true } : needsYesOrPlan('db copy', given)
  return { copy, target, plan, yes, printsDdl }
}
