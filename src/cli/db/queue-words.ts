/** What `ops db queue park`, `drip` and `status` are told alike. */
import type { ValuesOf } from '../../jobs/options.ts'
import type { QueueOptions } from '../../jobs/queue/options.ts'
import type { QueueRequest } from '../../jobs/queue/queue-request.ts'
import type { TableName } from '../../mysql/table-name.ts'

export const queueUsage = 'SOURCE DB.TABLE --queue NAME'

export const queueDescription = `Moves waiting jobs into a twin table, where no worker looks, and back a batch at a time. Jobs that a worker holds stay; every job is on just one side at any moment, whatever is killed.
  ops db queue park shop app.delayed_jobs --queue mailers
  ops db queue drip shop app.delayed_jobs --queue mailers --when-below 500 --watch
  ops db queue status shop app.delayed_jobs --queue mailers`

export const queueStopTexts = {
  soft: 'Stopping after the move that is under way. Press Ctrl-C again to stop now.',
  hard: 'Stopping now: what was under way is taken back by the server, and every job is on one side.',
}

/** Of options that were checked. */
export function queueRequest(values: ValuesOf<QueueOptions>, table: TableName): QueueRequest {
  const { queue, batch, whenBelow, lockUnder, renumber, watch } = values
  return { table, queue, batch, whenBelow, lockUnderMs: lockUnder, renumbers: renumber, watches: watch }
}
