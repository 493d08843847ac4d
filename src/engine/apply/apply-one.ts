/** Applies what was planned for one host of a run. */
import type { Surrounded } from '../around.ts'
import { type HostRun, settle, settleError } from '../host-run.ts'
import type { RunOptions } from '../run-request.ts'
import { applyHost } from './apply-host.ts'
import { linkContext } from './link-context.ts'

/** Ends the host's run, with success or without. */
export async function applyOne(run: HostRun, options: RunOptions, around?: Surrounded): Promise<void> {
  const { emit, interrupt } = options
  const planned = run.planned ?? []
  const host = run.host.target.name
  if (!planned.some(each => each.change)) {
    const error = await around?.after(true)
    if (error) emit({ event: 'error', host, error })
    const status = error ? 'failed' : 'ok'
    return settle(run, emit, { ok: planned.length, changed: 0, failed: 0, skipped: 0, status })
  }
  let isOver = false
  try {
    await around?.before()
    run.applying = true
    const context = await linkContext(run.link, planned, {
      emit,
      interrupt,
      purpose: options.purpose ?? 'apply',
      ...(options.record && { record: options.record }),
      waitForLock: options.waitForLock ?? false,
      planAgain: !options.confirm && !options.saved,
      login: run.login,
    })
    const upload = async (payloads: Parameters<typeof context.upload>[0]) => {
      const startedAt = performance.now()
      await context.upload(payloads)
      if (payloads.length > 0) run.uploadedMs += performance.now() - startedAt
    }
    const result = await applyHost({ ...context, upload })
    isOver = true
    const left = await around?.after(result.status === 'ok')
    for (const error of [...result.errors, ...(left ? [left] : [])]) emit({ event: 'error', host, error })
    const count = (outcome: string) => result.outcomes.filter(each => each === outcome).length
    settle(run, emit, {
      ok: count('ok'),
      changed: count('changed'),
      failed: count('failed'),
      skipped: count('skipped'),
      ...(count('reverted') > 0 && { reverted: count('reverted') }),
      status: left && result.status === 'ok' ? 'failed' : result.status,
    })
  } catch (error) {
    const left = isOver ? undefined : await around?.after(false)
    if (left) emit({ event: 'error', host, error: left })
    settleError(run, emit, error)
  }
}
