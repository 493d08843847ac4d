/** Sends one batch and waits for its end, whatever that is. */
import { type ErrorData, OpsError } from '../../base/errors.ts'
import { stepNameAt } from '../plan/planned-step.ts'
import { buildBatch } from './batch.ts'
import type { BatchContext, BatchReport } from './report.ts'
import { BatchWatch } from './watch.ts'

/**
 * Sends the steps from position `from` on as one batch. A lost connection is part of the report, unless the running step
 * drops it by intent: what was proved before stays proved.
 */
export async function runBatch(context: BatchContext, from: number): Promise<BatchReport> {
  const { session, planned, interrupt } = context
  const batch = buildBatch(planned, from, session.names, context)
  const watch = new BatchWatch(context, batch.groups)
  const stopListening = interrupt.listen(level => session.command(level === 'soft' ? 'stop' : 'kill'))
  try {
    const trip = session.trip(batch.script, {
      heartbeat: true,
      silenceMs: batch.silenceMs,
      header: (kind, args) => watch.header(kind, args),
      frame: frame => watch.frame(frame),
      output: (step, text) => watch.output(step, text),
    })
    if (interrupt.level !== 'none') session.command('stop')
    await trip
  } catch (error) {
    if (!(error instanceof OpsError) || error.data.code !== 'lost') throw error
    if (watch.dropsByIntent) return watch.report()
    const data = { ...error.data, ...runningIn(watch, planned) }
    return watch.report(new OpsError(data, { cause: error }))
  } finally {
    stopListening()
  }
  return watch.report()
}

/** What was under way when the connection was lost; nobody knows what became of it. */
function runningIn(
  { running, runningTogether }: BatchWatch,
  planned: BatchContext['planned'],
): Partial<ErrorData> {
  if (running === undefined) return {}
  const step = stepNameAt(planned, running)
  const last = runningTogether.at(-1)
  if (last === undefined || last === running) return { step }
  const detail = `${runningTogether.length} steps were being done as one act, from ${step} to ${stepNameAt(planned, last)}: any of them may be done.`
  return { step, detail }
}
