/** What every restore asks and finds out: whose rows they were, and whether they are to come back. */
import { counted } from '../../base/counted.ts'
import { opsVersion } from '../../base/version.ts'
import { readInventory } from '../../inventory/read.ts'
import type { JobContext } from '../../jobs/job-context.ts'
import type { Store } from '../../store/store.ts'
import { declinedExitCode } from '../exit-code.ts'
import { confirmJob } from './job-prompts.ts'
import type { dbCommand, SourceRun } from './on-source.ts'

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

/** Tells of the run, asks before the rows come back, and answers with the exit code. */
export async function runRestore(
  verb: string,
  session: SourceRun,
  { plan, yes }: Answers,
  restore: (context: JobContext) => Promise<boolean>,
): Promise<number> {
  const { emit } = session.report
  emit({ event: 'run', verb, hosts: [session.source], version: opsVersion() })
  const confirm = confirmJob(
    session,
    yes || plan,
    ({ data }) => `Restore ${counted(Number(data.rows), 'row')} into ${String(data.into)}?`,
  )
  const ran = await restore({
    server: await session.open(),
    emit,
    interrupt: session.interrupt,
    plansOnly: plan,
    ...(confirm && { confirm }),
  })
  return ran || plan ? 0 : declinedExitCode
}
