/** `ops db archive`: old rows saved in a store, proved there, and only then deleted; verified and restored from it. */
import { counted } from '../../base/counted.ts'
import { opsVersion } from '../../base/version.ts'
import { archiveKind } from '../../jobs/archive/options.ts'
import type { ArchiveRequest } from '../../jobs/archive/plan.ts'
import { shardTitle } from '../../jobs/shard/shard.ts'
import { tableText } from '../../mysql/table-name.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { type JobVerb, runJobVerb } from './job-verb.ts'
import { openTarget, recordsIn } from './target.ts'

const description = `Moves old rows to a store. Each chunk is written, read back and compared before one of its rows is deleted; a row that was changed meanwhile stays. Killed at any time, the same command goes on.
  ops db archive shop app.events --older-than 6mo --by updated_at --to s3://acme/events
  ops db archive shop app.events --older-than 1y --by created_at --to ./events --no-delete
  ops db archive verify s3://acme/events                       read all of it again, compare
  ops db archive restore s3://acme/events --into app.again     byte for byte`

interface Request {
  readonly archive: ArchiveRequest
  readonly to: string
  readonly sse: string | undefined
}

export const archiveVerb: JobVerb<typeof archiveKind.options, Request> = {
  kind: archiveKind,
  usage: 'SOURCE DB.TABLE --older-than AGE --by COLUMN --to URL',
  description,
  read: ({ table, olderThan, by, to, sse, where, tz, scan, keep, shard, ...values }, given) => {
    if (shard !== undefined && values.with.length > 0)
      given.refuse(
        'shard',
        'does not go with --with',
        'A row of a child may move from a parent of one shard to one of another while both are at work, and nobody could tell which form of it is the newest. Leave one of the two out.',
      )
    return {
      archive: {
        table: given.table('table', table),
        olderThan,
        by,
        zone: tz,
        where,
        deletes: values.delete,
        dropsPartitions: values.dropPartitions,
        scans: scan,
        with: values.with.map(each => given.table('with', each)),
        keep,
        contracts: values.contract,
        sleepCoefficient: values.sleepCoef,
        shard,
      },
      to,
      sse,
    }
  },
  title: ({ archive: { table, shard } }) => shardTitle(`archive ${tableText(table)}`, shard),
  records: ({ to, sse }, place) => recordsIn(to, sse, place),
  async work({ archive, to, sse }, run) {
    const store = await openTarget(to, sse, run)
    const { runArchive } = await import('../../jobs/archive/run-archive.ts')
    const { emit } = run.report
    emit({ event: 'run', verb: 'db archive', hosts: [run.source], version: opsVersion() })
    const confirm = run.confirm(({ data }) =>
      archive.deletes
        ? `Save ${counted(Number(data.rows), 'row')} in ${store.url} and delete them from the table?`
        : `Save ${counted(Number(data.rows), 'row')} in ${store.url}?`,
    )
    const server = await run.open()
    const ran = await runArchive(archive, {
      server,
      store,
      emit,
      interrupt: run.interrupt,
      plansOnly: run.plan,
      ...(confirm && { confirm }),
    })
    return ran || run.plan ? 0 : declinedExitCode
  },
}

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  if (argv[0] === 'verify') return (await import('./archive-verify.ts')).run(argv.slice(1), context)
  if (argv[0] === 'restore') return (await import('./archive-restore.ts')).run(argv.slice(1), context)
  return runJobVerb(archiveVerb, argv, context.screen)
}
