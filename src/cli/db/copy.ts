/** `ops db copy`: a table of MySQL or MariaDB into PostgreSQL, whole at first and then what changed. */
import { counted } from '../../base/counted.ts'
import { type ErrorData, InputErrors } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import type { CopyRequest } from '../../jobs/copy/copy-request.ts'
import { copyKind } from '../../jobs/copy/options.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { PostgresServer } from '../../postgres/server.ts'
import { pgTableText } from '../../postgres/table-name.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { copyRequest } from './copy-words.ts'
import { type JobVerb, runJobVerb } from './job-verb.ts'
import type { SourceRun } from './on-source.ts'
import { chooseTarget, openTargetServer } from './target-server.ts'

const description = `Copies a table into PostgreSQL: whole at first, later what changed. A changed row replaces its old copy; rows and watermark come in one transaction, so that a run that is killed leaves the target as it was. What the target cannot hold is counted before a row moves.
  ops db copy shop shop.users --to reports --as staging.users --by updated_at
  ops db copy shop shop.users --to reports --as staging.users --by updated_at --deletes hard
  ops db copy shop shop.users --to reports --as staging.users --ddl      print CREATE TABLE, do nothing else
  ops db copy audit shop shop.users --to reports --as staging.users      find what no stamp tells of`

interface Request {
  readonly copy: CopyRequest
  /** Logs in to the target at the first call. */
  readonly openTarget: (run: SourceRun) => Promise<PostgresServer>
}

export const copyVerb: JobVerb<typeof copyKind.options, Request> = {
  kind: copyKind,
  usage: 'SOURCE DB.TABLE --to TARGET --as SCHEMA.TABLE',
  description,
  read: (values, given) => ({
    copy: copyRequest(values, given.table('table', values.table)),
    openTarget: targetOpener(values.to),
  }),
  title: ({ copy: { table } }) => `copy ${tableText(table)}`,
  async records({ copy: { table, as }, openTarget }, run) {
    const { pgRecords } = await import('../../jobs/history/pg-records.ts')
    const subject = `copy ${tableText(table)} to ${pgTableText(as)}`
    return pgRecords(() => openTarget(run), as.schema, subject)
  },
  async work({ copy, openTarget }, run) {
    const target = await openTarget(run)
    const { runCopy } = await import('../../jobs/copy/run-copy.ts')
    const { emit } = run.report
    emit({ event: 'run', verb: 'db copy', hosts: [run.source, target.name], version: opsVersion() })
    const { as } = copy
    const confirm = run.confirm(
      ({ data }) => `Copy ${counted(Number(data.rows), 'row')} into ${as.schema}.${as.table}?`,
    )
    const server = await run.open()
    const ran = await runCopy(copy, {
      server,
      target,
      emit,
      interrupt: run.interrupt,
      plansOnly: run.plan,
      ...(confirm && { confirm }),
    })
    return ran || run.plan ? 0 : declinedExitCode
  },
}

/** Rows and history go through one login. */
function targetOpener(to: string): Request['openTarget'] {
  let opened: Promise<PostgresServer> | undefined
  const open = async (run: SourceRun): Promise<PostgresServer> => {
    const errors: ErrorData[] = []
    const chosen = await chooseTarget(to, run.settings, errors)
    if (!chosen) throw new InputErrors(errors)
    return openTargetServer(chosen, run.settings, run)
  }
  return run => {
    opened ??= open(run)
    return opened
  }
}

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  if (argv[0] === 'audit') return (await import('./copy-audit.ts')).run(argv.slice(1), context)
  if (argv.includes('--ddl')) return (await import('./copy-ddl.ts')).run(argv, context)
  return runJobVerb(copyVerb, argv, context.screen)
}
