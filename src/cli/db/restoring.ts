/** What every restore asks and finds out: whose rows they were, and whether they are to come back. */
import { counted } from '../../base/counted.ts'
import { readInventory } from '../../inventory/read.ts'
import type { Store } from '../../store/store.ts'
import { confirmJob } from './job-prompts.ts'
import type { dbCommand } from './on-source.ts'

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

/** The question before the rows come back. */
export const confirmRestore = (session: Parameters<typeof confirmJob>[0], isAnswered: boolean) =>
  confirmJob(
    session,
    isAnswered,
    ({ data }) => `Restore ${counted(Number(data.rows), 'row')} into ${String(data.into)}?`,
  )
