/** What an undo would do on one host: its record is read, and each step is looked at once, so that what others changed is left. */

import { planHost } from '../../engine/plan/plan-host.ts'
import { accountsNow } from '../../engine/record/account-state.ts'
import { hostRecords } from '../../engine/record/host-records.ts'
import type { HostRecord } from '../../engine/record/read-record.ts'
import type { Step } from '../../engine/step.ts'
import { copiesAt, type KeptCopy } from '../../run/kept-copies.ts'
import type { UndoNote } from '../../run/run-history.ts'
import type { Session } from '../../run/session.ts'
import { quote } from '../../shell/quote.ts'
import type { ReportSession } from '../report-session.ts'
import type { ReachedHost } from '../run-steps.ts'
import { overLink } from './ask-hosts.ts'
import { endedRun } from './ended-run.ts'
import { byLaterRuns, type Changed, isChange } from './later-runs.ts'
import { anyRecordOnHost, recordOnHost } from './named-run.ts'
import { accountsToGo, directoriesToGo, undoSteps } from './undo-steps.ts'
import { withHeld } from './with-held.ts'

export interface PlannedUndo {
  /** The run has begun nothing there. */
  readonly isUntouched?: true
  /** The host has taken back by itself all that it did there. */
  readonly isBack?: true
  readonly host: ReachedHost
  readonly run: string
  readonly steps: readonly Step[]
  readonly notes: readonly UndoNote[]
}

/**
 * With `mayBeUntouched` a host that has no record of the run is one where it has begun nothing.
 * @throws OpsError where the host cannot be asked, or has no such record; nothing was changed.
 */
export async function planUndo(
  host: ReachedHost,
  word: string,
  report: ReportSession,
  { mayBeUntouched, wait }: { readonly mayBeUntouched: boolean; readonly wait: boolean },
): Promise<PlannedUndo> {
  const { result } = await overLink(host, report, async (session, link) => {
    const record = await endedRun(session, report, wait, () =>
      (mayBeUntouched ? anyRecordOnHost : recordOnHost)(session, word),
    )
    if (!record) return { host, run: word, steps: [], notes: [], isUntouched: true as const }
    if (record.steps.length > 0 && record.steps.every(each => each.outcome === 'reverted'))
      return { host, run: record.run, steps: [], notes: [], isBack: true as const }
    const holds = await held(session, record)
    const { steps, notes, stays } = undoSteps(
      record,
      await copiesOf(session, record),
      holds,
      await accountsNow(session, accountsToGo(record)),
    )
    const { planned } = await planHost(session, () => ({ steps }), {
      key: link.key,
      loginUser: () => link.loginUser(),
      wantsDetail: true,
      emit: () => {},
    })
    // That an earlier step of the undo may change it makes nothing of what others have changed.
    const whys = planned.map(
      ({ error, step, actual }, at) => error?.title.replace(`${step.name}: `, '') ?? steps[at]?.moved(actual),
    )
    const reasons = withHeld(steps, whys, stays, holds)
    const looked = planned.map((each, at) => ({ ...each, why: reasons[at] }))
    const moved = looked.flatMap(({ step, why, actual }): readonly ChangeNote[] => {
      if (why === undefined) return []
      const { path } = step.params as { readonly path?: string }
      const sha256 = typeof actual.content === 'string' ? actual.content : undefined
      return [{ kind: 'skipped', what: step.name, why, changed: { step: step.name, path, sha256 } }]
    })
    const own = notes.map(({ of, ...note }) => (of === undefined ? note : { ...note, changed: { step: of } }))
    const left = looked.filter(({ why, plan }) => why === undefined && plan.status !== 'ok')
    // Of what is left as it is nothing is left over.
    const all = [
      ...own.filter(({ kind, what }) => kind !== 'stays' || !moved.some(each => each.what === what)),
      ...moved,
    ]
    const told = await withRuns(session, record, all)
    return { host, run: record.run, steps: left.map(each => each.step), notes: told }
  })
  return result
}

interface ChangeNote extends UndoNote {
  readonly changed?: Changed
}

/** Later runs are asked for only where something was changed. */
async function withRuns(
  session: Session,
  record: HostRecord,
  notes: readonly ChangeNote[],
): Promise<readonly UndoNote[]> {
  const isAsked = notes.some(({ why, changed }) => changed && isChange(why))
  const all = isAsked ? await hostRecords(session, { most: 200, whole: true }) : []
  const later = all.filter(each => each.startedAt > record.startedAt)
  return notes.map(({ changed, ...note }) =>
    changed && isChange(note.why) ? { ...note, why: byLaterRuns(note.why, changed, later) } : note,
  )
}

async function copiesOf(session: Session, { files }: HostRecord): Promise<readonly KeptCopy[]> {
  const copies = files.flatMap(({ before }) => (before.kind === 'kept' ? [before.copy] : []))
  return copies.length === 0 ? [] : copiesAt(session, copies)
}

/** What is in the directories that would go; a name that is no text of one line counts as foreign all the same. */
async function held(session: Session, record: HostRecord): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  const paths = directoriesToGo(record)
  if (paths.length === 0) return found
  const each = paths.map(
    (path, index) =>
      `ops_frame holds ${index}; [ ! -d ${quote(path)} ] || find ${quote(path)} -mindepth 1 -maxdepth 1 -print0 2>/dev/null | head -c 65536`,
  )
  await session.trip(each.join('\n'), {
    silenceMs: 60_000,
    frame: ({ kind, args, body }) => {
      const path = kind === 'holds' ? paths[Number(args[0])] : undefined
      if (path !== undefined)
        found.set(
          path,
          body
            .toString('utf8')
            .split('\0')
            .filter(name => name.trim() !== ''),
        )
    },
  })
  return found
}
