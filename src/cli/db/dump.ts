/** `ops db dump`: each closed day of a table saved once, as a file of its own. */
import { counted } from '../../base/counted.ts'
import { opsVersion } from '../../base/version.ts'
import { dumpKind } from '../../jobs/dump/options.ts'
import type { DumpRequest } from '../../jobs/dump/plan.ts'
import { shardTitle } from '../../jobs/shard/shard.ts'
import { tableText } from '../../mysql/table-name.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { type JobVerb, runJobVerb } from './job-verb.ts'
import { openTarget, recordsIn } from './target.ts'

const description = `Saves each closed day of a table once, as a file with count, hash and schema that never changes. The next run looks only at what is new. No lock is taken: a day is one snapshot, read in short statements.
  ops db dump shop app.events --by created_at --tz Europe/Berlin --to s3://acme/events
  ops db dump shop app.events --by created_at --tz UTC --to ./events --recheck 30d     late rows: revision 2 beside
  ops db dump verify s3://acme/events                                                  read all of it again, compare
  ops db restore s3://acme/events --into app.again                                     byte for byte`

interface Request {
  readonly dump: DumpRequest
  readonly to: string
  readonly sse: string | undefined
}

export const dumpVerb: JobVerb<typeof dumpKind.options, Request> = {
  kind: dumpKind,
  usage: 'SOURCE DB.TABLE --by COLUMN --tz ZONE --to URL',
  description,
  read: (
    { table, by, tz, to, closeAfter, recheck, sse, scan, unwatched, keep, contract, shard, sleepCoef },
    given,
  ) => ({
    dump: {
      table: given.table('table', table),
      by,
      zone: tz,
      closeAfter: closeAfter ?? { count: 2, unit: 'd' },
      recheck,
      scans: scan,
      unwatched,
      keep,
      contracts: contract,
      shard,
      sleepCoefficient: sleepCoef,
    },
    to,
    sse,
  }),
  title: ({ dump: { table, shard } }) => shardTitle(`dump ${tableText(table)}`, shard),
  records: ({ to, sse }, place) => recordsIn(to, sse, place),
  async work({ dump, to, sse }, run) {
    const store = await openTarget(to, sse, run)
    const { runDump } = await import('../../jobs/dump/run-dump.ts')
    const { emit } = run.report
    emit({ event: 'run', verb: 'db dump', hosts: [run.source], version: opsVersion() })
    const confirm = run.confirm(({ data }) =>
      data.reads === 'scan'
        ? `Read the whole table, and dump its new days to ${store.url}?`
        : `Dump ${counted((data.days as readonly unknown[]).length, 'day')} to ${store.url}?`,
    )
    const server = await run.open()
    const ran = await runDump(dump, {
      server,
      store,
      emit,
      interrupt: run.interrupt,
      plansOnly: run.plan,
      asks: run.asks,
      ...(confirm && { confirm }),
    })
    return ran || run.plan ? 0 : declinedExitCode
  },
}

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  if (argv[0] === 'verify') return (await import('./dump-verify.ts')).run(argv.slice(1), context)
  return runJobVerb(dumpVerb, argv, context.screen)
}
