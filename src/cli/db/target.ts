/** From the `--to` of a command line to a store. */
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { inputError } from '../../base/errors.ts'
import type { Store } from '../../store/store.ts'
import type { ReportSession } from '../report-session.ts'

/** Closed at the end by itself. @throws OpsError `input` where the text names no store. */
export async function openTarget(
  to: string,
  sse: string | undefined,
  session: ReportSession,
): Promise<Store> {
  const store = await storeAt(to, sse)
  session.atEnd.push(() => store.close())
  return store
}

/** Opens the store that a text names; whoever asked closes it. */
export async function storeAt(to: string, sse?: string): Promise<Store> {
  if (/^[a-z][a-z0-9+.-]*:/i.test(to) || sse !== undefined) {
    throw inputError(`${to} names no folder`, {
      next: 'Write a folder; one whose name has a colon with ./ before it.',
    })
  }
  const [{ FolderStore }, { retrying }] = await Promise.all([
    import('../../store/folder.ts'),
    import('../../store/retrying.ts'),
  ])
  return retrying(new FolderStore(resolve(to.replace(/^~(?=\/|$)/, homedir()))))
}
