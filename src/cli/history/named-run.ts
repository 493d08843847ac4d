/** A run by its name or the beginning of it, as this machine or a host has written it down. */
import { inputError, OpsError } from '../../base/errors.ts'
import { hostRecords } from '../../engine/record/host-records.ts'
import type { HostRecord } from '../../engine/record/read-record.ts'
import { isRunName } from '../../run/run-id.ts'
import type { Session } from '../../run/session.ts'
import { type StoredRun, storedRunsLike } from './stored-runs.ts'

/** @throws OpsError `input` where the word cannot be the name of a run. */
export function runWord(word: string | undefined): string {
  const next = '`ops history` lists runs by their names.'
  if (word === undefined) throw inputError('no run given', { next })
  if (!isRunName(word))
    throw inputError(`${JSON.stringify(word)} is not the name of a run, such as 3f9a1c20`, { next })
  return word
}

/** Undefined where this machine knows of none. @throws OpsError `input` where several begin like that. */
export function storedRun(word: string): StoredRun | undefined {
  const found = storedRunsLike(word)
  if (new Set(found.map(each => each.run)).size > 1)
    throw severalRuns(
      word,
      found.map(each => each.run),
    )
  return found[0]
}

/** Undefined where the host knows of none. @throws OpsError `input` where it knows of several. */
export async function anyRecordOnHost(session: Session, word: string): Promise<HostRecord | undefined> {
  const found = await hostRecords(session, { run: word, most: 5 })
  if (found.length > 1)
    throw severalRuns(
      word,
      found.map(each => each.run),
    )
  return found[0]
}

/** @throws OpsError `input` where the host knows of none, or of several. */
export async function recordOnHost(session: Session, word: string): Promise<HostRecord> {
  const { host } = session
  const record = await anyRecordOnHost(session, word)
  if (record) return record
  throw new OpsError({
    code: 'input',
    title: `${host} has no record of a run ${word}`,
    host,
    changed: 'no',
    next: `\`ops history ${host}\` lists those that it has: the newest 200 that changed something, of the user that ops acts as there.`,
  })
}

function severalRuns(word: string, runs: readonly string[]): OpsError {
  return inputError(`several runs begin with ${word}: ${runs.join(', ')}`, {
    next: 'Write more of the name.',
  })
}
