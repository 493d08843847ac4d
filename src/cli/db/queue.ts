/** `ops db queue`: parks the flood of a queue of jobs, drips it back, and tells how many are where. */
import { counted } from '../../base/counted.ts'
import { inputError } from '../../base/errors.ts'
import { opsVersion } from '../../base/version.ts'
import type { JobKind } from '../../jobs/options.ts'
import type { Direction } from '../../jobs/queue/move-batch.ts'
import { dripKind, parkKind, type QueueOptions } from '../../jobs/queue/options.ts'
import type { QueueRequest } from '../../jobs/queue/queue-request.ts'
import { queueTitle } from '../../jobs/queue/queue-text.ts'
import { helped } from '../argv.ts'
import { declinedExitCode } from '../exit-code.ts'
import type { VerbContext } from '../verb.ts'
import { addJobFlags } from './job-fields.ts'
import { type JobVerb, runJobVerb } from './job-verb.ts'
import { dbCommand } from './on-source.ts'
import { queueDescription, queueRequest, queueStopTexts, queueUsage } from './queue-words.ts'

function moveVerb(kind: JobKind<QueueOptions>, direction: Direction): JobVerb<QueueOptions, QueueRequest> {
  return {
    kind,
    usage: queueUsage,
    description: queueDescription,
    stopTexts: queueStopTexts,
    read: (values, given) => queueRequest(values, given.table('table', values.table)),
    title: request => queueTitle(direction, request),
    async records(request, run) {
      const { tableRecords } = await import('../../jobs/history/table-records.ts')
      return tableRecords(run.open, request.table.database, queueTitle(direction, request))
    },
    async work(request, run) {
      const { emit } = run.report
      emit({ event: 'run', verb: `db ${kind.name}`, hosts: [run.source], version: opsVersion() })
      const confirm = run.confirm(({ data }) =>
        direction === 'park' ? `Park ${counted(Number(data.waiting), 'job')}?` : 'Bring jobs back?',
      )
      const { runQueue } = await import('../../jobs/queue/run-queue.ts')
      const ran = await runQueue(direction, request, {
        server: await run.open(),
        emit,
        interrupt: run.interrupt,
        plansOnly: run.plan,
        ...(confirm && { confirm }),
      })
      return ran || run.plan ? 0 : declinedExitCode
    },
  }
}

export const parkVerb = moveVerb(parkKind, 'park')
export const dripVerb = moveVerb(dripKind, 'drip')

export async function run(argv: readonly string[], context: VerbContext): Promise<number> {
  const [what, ...rest] = argv
  if (what === 'park') return runJobVerb(parkVerb, rest, context.screen)
  if (what === 'drip') return runJobVerb(dripVerb, rest, context.screen)
  if (what === 'status') return (await import('./queue-status.ts')).run(rest, context)
  const command = dbCommand('queue park | drip | status', queueUsage, queueDescription, true)
  addJobFlags(command, dripKind)
  if (helped(command, argv, context.screen)) return 0
  throw inputError(`ops db queue needs park, drip or status${what === undefined ? '' : `, not ${what}`}`, {
    next: 'Write ops db queue park SOURCE DB.TABLE --queue NAME.',
  })
}
