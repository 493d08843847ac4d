/** What every restore asks and finds out: whose rows they were, and whether they are to come back. */
import { counted } from '../../base/counted.ts'
import { once } from '../../base/once.ts'
import { opsVersion } from '../../base/version.ts'
import { readInventory } from '../../inventory/read.ts'
import type { JobContext } from '../../jobs/job-context.ts'
import type { JobPlan } from '../../run/job-events.ts'
import type { Store } from '../../store/store.ts'
import { declinedExitCode } from '../exit-code.ts'
import { confirmJob } from './job-prompts.ts'
import type { dbCommand, SourceRun } from './on-source.ts'
import { recordRun } from './recorded-run.ts'

/** Without a source, the one that `sourceOf` finds in the place: what the user called the server when the rows were saved. */
export async function withSource(
  argv: readonly string[],
  command: ReturnType<typeof dbCommand>,
  sourceOf: (store: Store, url: string) => Promise<string>,
): Promise<readonly string[]> {
  const { operands } = command.parseOptions([...argv])
  const file: unknown = command.opts().inventory
  const [url, ...more] = operands
  if (url === undefined || more.length > 0) return argv
  const { openTargetStore } = await import('../target-store.ts')
  const store = openTargetStore(url, readInventory(typeof file === 'string' ? { file } : {}))
  try {
    return [await sourceOf(store, url), ...argv]
  } finally {
    await store.close()
  }
}

interface Answers {
  readonly plan: boolean
  readonly yes: boolean
}

/** Tells of the run, asks before the rows come back, writes it down beside what was saved, and answers with the exit code. */
export async function runRestore(
  job: string,
  session: SourceRun,
  store: Store,
  { plan, yes }: Answers,
  restore: (context: JobContext) => Promise<boolean>,
): Promise<number> {
  const { report, secrets, source } = session
  const records = once(async () => {
    const { storeRecords } = await import('../../jobs/history/store-records.ts')
    return storeRecords(store)
  })
  const recorded = recordRun(report.emit, secrets, records, { job, title: job, source, name: undefined })
  report.emit({ event: 'run', verb: `db ${job}`, hosts: [source], version: opsVersion() })
  const ask = confirmJob(
    session,
    yes || plan,
    ({ data }) => `Restore ${counted(Number(data.rows), 'row')} into ${String(data.into)}?`,
  )
  const confirm = async (shown: JobPlan): Promise<boolean> => {
    const isAgreed = (await ask?.(shown)) ?? true
    if (isAgreed) await recorded.begin(shown)
    return isAgreed
  }
  try {
    const ran = await restore({
      server: await session.open(),
      emit: recorded.emit,
      interrupt: session.interrupt,
      plansOnly: plan,
      confirm,
    })
    if (!plan) await recorded.end(undefined)
    return ran || plan ? 0 : declinedExitCode
  } catch (thrown) {
    await recorded.end(thrown)
    throw thrown
  }
}
