/** The record of a host in the words of the history: what it says of itself alone. */
import type { HostRecord } from '../../engine/record/read-record.ts'
import type { RunInFull, RunRow, RunState } from '../../run/run-history.ts'

/** A host's record as a row of its list. */
export function rowOfRecord(record: HostRecord, host: string): RunRow {
  const { run, startedAt, who, purpose } = record
  return { run, startedAt, who: shortWho(who), purpose, hosts: { [host]: stateOf(record) } }
}

/** A host's record in full. Diffs are not in it: what files held is kept beside it. */
export function recordInFull(record: HostRecord, host: string): RunInFull {
  const { run, startedAt, who, purpose, params, steps, files } = record
  return {
    run,
    startedAt,
    who: shortWho(who),
    purpose,
    params,
    hosts: [
      {
        host,
        status: stateOf(record),
        errors: [],
        steps: steps.map(({ index, name, outcome, changes, isRefused }) => {
          const kept = files.flatMap(each =>
            each.step === index && each.before.kind === 'kept' ? [each.path] : [],
          )
          return {
            name,
            status: outcome,
            changes: isRefused ? [] : changes,
            ...(kept.length > 0 && { kept }),
          }
        }),
      },
    ],
  }
}

function stateOf({ steps, end, back, isNotWhole }: HostRecord): RunState {
  if (back !== undefined) return back === 'restored' ? 'reverted' : 'failed'
  if (end === undefined) return 'unknown'
  const isFailed = steps.some(each => each.outcome === 'failed')
  if (!isFailed && steps.some(each => each.outcome === 'reverted')) return 'reverted'
  if (end === 'stopped') return 'interrupted'
  if (isFailed || end === 'failed' || end === 'nothing') return 'failed'
  if (end !== 'done') return 'unknown'
  return isNotWhole ? 'not-whole' : 'ok'
}

/** `user@machine (pid 7)`, without what else the holder of a lock says. */
export function shortWho(who: string): string {
  return who.replace(/ since .*/s, '')
}
