/** From what a host has written down of a run to steps that put back what was there before, the last first. */
import { type Accounts, accountMoved } from '../../engine/record/account-state.ts'
import type { FileAfter, HostRecord, RecordedFile } from '../../engine/record/read-record.ts'
import type { State, Value } from '../../engine/resource.ts'
import type { Step, StepOptions } from '../../engine/step.ts'
import { nameAlone } from '../../engine/step-name.ts'
import { link, resources } from '../../resources/index.ts'
import { restoredFile } from '../../resources/restored-file.ts'
import type { KeptCopy } from '../../run/kept-copies.ts'
import type { UndoNote } from '../../run/run-history.ts'
import { changedBy } from './later-runs.ts'

export interface UndoSteps {
  readonly steps: readonly HeldStep[]
  readonly notes: readonly StepNote[]
  /** Files and directories that were made, and that these steps leave there. */
  readonly stays: readonly string[]
}

/** `of`: the step of the run, without the parts that it came through, where others have changed what it did. */
export interface StepNote extends UndoNote {
  readonly of?: string
}

/** `copies` are those that the host still keeps; `holds` is what is in each directory that would go, `accounts` what those are that would. */
export function undoSteps(
  record: HostRecord,
  copies: readonly KeptCopy[],
  holds: ReadonlyMap<string, readonly string[]>,
  accounts: Accounts,
): UndoSteps {
  const notes: StepNote[] = []
  const stays: string[] = []
  const steps: HeldStep[] = []
  const last: HeldStep[] = []
  const byItself = new Set<number>()
  const files = [...record.files].reverse()
  const gone = new Set(record.files.filter(each => each.before.kind === 'absent').map(each => each.path))
  for (const path of holds.keys()) gone.add(path)
  for (const each of [...record.steps].reverse()) {
    const { back, name, index, outcome } = each
    if (outcome === 'reverted') continue
    if (back !== 'files' && !('cannot' in back) && back.withFiles) byItself.add(index)
    const own = files.filter(file => file.step === index)
    if (each.isRefused) {
      steps.push(...own.flatMap(file => fileStep(file, copies, notes)))
      notes.push({ kind: 'unchanged', what: name, why: 'this step failed before it changed anything' })
      continue
    }
    if (!byItself.has(index)) steps.push(...own.flatMap(file => fileStep(file, copies, notes)))
    if (back === 'files') continue
    if ('cannot' in back) {
      const files = own.length > 0 ? '; the files that it changed are put back' : ''
      notes.push({ kind: 'cannot', what: name, why: `${withoutPromise(back.cannot)}${files}` })
      continue
    }
    const foreign = each.type === 'directory' ? foreignIn(String(back.params.path), holds, gone) : []
    if (foreign.length > 0) {
      stays.push(String(back.params.path))
      notes.push({
        kind: 'skipped',
        what: name,
        why: `it holds what this run did not make: ${foreign.slice(0, 3).join(', ')}`,
      })
      continue
    }
    const there = accountsToGo({ steps: [each] }).filter(claim => accounts.has(claim))
    if (there.some(claim => !record.accounts.has(claim))) {
      const why = 'the run was cut off before the host could write down what it left there'
      notes.push({ kind: 'cannot', what: name, why })
      continue
    }
    const moved = there.flatMap(
      claim => accountMoved(record.accounts.get(claim) ?? '', accounts.get(claim)) ?? [],
    )
    if (moved.length > 0) {
      notes.push({ kind: 'skipped', what: name, why: changedBy(moved[0] ?? ''), of: nameAlone(each) })
      continue
    }
    const maker = resources[each.type]
    const made = maker?.(back.params, {
      ...(back.access !== undefined && { access: back.access as NonNullable<StepOptions['access']> }),
    })
    if (!made || made.problems.length > 0) {
      notes.push({
        kind: 'cannot',
        what: name,
        why: made?.problems[0]?.title ?? `this ops knows no ${each.type}`,
      })
      continue
    }
    if (back.stays !== undefined) notes.push({ kind: 'stays', what: name, why: back.stays })
    ;(back.isLast ? last : steps).push(heldTo({ ...made, where: undefined }, back.left))
  }
  const unnamed = files.filter(file => file.step === undefined)
  return {
    steps: [...steps, ...unnamed.flatMap(file => fileStep(file, copies, notes)), ...last.reverse()],
    notes,
    stays: [...stays, ...files.flatMap(each => (each.after === undefined ? [each.path] : []))],
  }
}

/** Directories that the undo would remove. */
export function directoriesToGo({ steps }: HostRecord): readonly string[] {
  return steps.flatMap(({ type, back }) =>
    type === 'directory' && back !== 'files' && 'params' in back && back.params.state === 'absent'
      ? [String(back.params.path)]
      : [],
  )
}

/** Accounts that the undo would remove. */
export function accountsToGo({ steps }: Pick<HostRecord, 'steps'>): readonly string[] {
  return steps.flatMap(({ type, back }) =>
    (type === 'user' || type === 'group') &&
    back !== 'files' &&
    'params' in back &&
    back.params.state === 'absent'
      ? [`${type}:${String(back.params.name)}`]
      : [],
  )
}

function foreignIn(
  path: string,
  holds: ReadonlyMap<string, readonly string[]>,
  gone: ReadonlySet<string>,
): readonly string[] {
  return (holds.get(path) ?? []).filter(each => !gone.has(each))
}

function fileStep(
  { path, before, after }: RecordedFile,
  copies: readonly KeptCopy[],
  notes: UndoNote[],
): readonly HeldStep[] {
  const what = `file ${path}`
  if (after === undefined) {
    notes.push({
      kind: 'cannot',
      what,
      why: 'the run was cut off before the host could write down what it left there; `ops kept` has what it held',
    })
    return []
  }
  if (before.kind === 'link') return [made(link({ path, to: before.to }), after)]
  if (before.kind === 'absent') return [made(restoredFile({ path, from: 'nothing' }), after)]
  const copy = copies.find(each => each.kept === before.copy)
  if (!copy) {
    notes.push({
      kind: 'cannot',
      what,
      why: 'what it held before is no longer kept: only the newest copies are',
    })
    return []
  }
  const { kept: from, sha256, mode, owner, group } = copy
  return [made(restoredFile({ path, from, sha256, mode, owner, group }), after)]
}

function made(step: Step, after: FileAfter): HeldStep {
  return heldTo({ ...step, where: undefined }, leftOf(after))
}

function leftOf(after: FileAfter): State {
  if (after.kind === 'absent') return { state: 'absent' }
  if (after.kind === 'link') return { to: after.to }
  return { state: 'present', content: after.sha256, mode: after.mode }
}

/** A step that is held to what the run left. */
export interface HeldStep extends Step {
  /** What somebody else has changed since, in words; undefined where nobody has, or all is back already. */
  moved(actual: State): string | undefined
}

/** The same step, impossible where what the run left is not there any more: somebody has changed it since. */
function heldTo(step: Step, left: State): HeldStep {
  const { resource } = step
  const desired = resource.desired(step.params)
  const isSame = (key: string, one: Value | undefined, other: Value): boolean =>
    one !== undefined && (one === other || (resource.same?.(key, one, other) ?? false))
  const moved = (actual: State): string | undefined => {
    if (Object.entries(desired).every(([key, value]) => isSame(key, actual[key], value))) return undefined
    const found = Object.entries(left).find(([key, value]) => {
      // What is in a directory is looked at apart: what the run itself has put there goes before it.
      const now = actual[key] === 'not empty' && resource.type === 'directory' ? value : actual[key]
      if (now === undefined) return key === 'to'
      return !isSame(key, now, value) && !(desired[key] !== undefined && isSame(key, now, desired[key]))
    })
    if (!found) return undefined
    const [key, value] = found
    return changedBy(wasAndIs(key === 'to' ? 'target' : key, value, actual[key]))
  }
  const impossible: typeof resource.impossible = (actual, params, detail) =>
    moved(actual) ?? resource.impossible?.(actual, params, detail)
  return { ...step, resource: { ...resource, impossible }, moved }
}

function wasAndIs(key: string, left: Value, now: Value | undefined): string {
  return `${key}: ${short(left)} as the run left it, ${now === undefined ? 'not there' : short(now)} now`
}

/** A record of an earlier ops promises files, whether the step had any or not. */
function withoutPromise(text: string): string {
  return text.replace(/; its files are put back$/, '')
}

function short(value: Value): string {
  return String(value).replace(/^([0-9a-f]{8})[0-9a-f]{56}$/, '$1…')
}
