/** Neighbouring steps of one kind that do not depend on each other are one act on the host. See docs/formats/together.md. */
import { dirname } from 'node:path/posix'
import { quote } from '../../shell/quote.ts'
import type { RunNames } from '../../shell/runtime.ts'
import { expectedOf, groupsOf } from '../look/look.ts'
import { guardOf } from '../look/observation.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import type { JoinedWith } from '../resource.ts'
import { applySecondsOf, dropsOf } from '../step.ts'

/** More would keep an operator waiting who wants an end at the next step, and arguments have to fit one program. */
const mostTogether = 200
const mostCharacters = 400_000
const mostSlow = 10

/** What one step is by itself; `apply` is the shell word for what it does, where that stands in a variable already. */
export type LineOf = (planned: PlannedStep, at: number, apply?: string) => string

/** What the step does, as shell. */
export function applyText({ step, change, observation }: PlannedStep): string {
  if (!change || !step.resource.apply) return 'echo "this does not hold, and ops only checks it" >&2\nexit 1'
  return step.resource
    .apply(change, step.params, observation.bytes.toString('utf8'))
    .map(each => each.shell)
    .join('\n')
}

/** What it has to be done with, as the resource says; undefined where it is done alone. */
function joinedWith({ step, change }: PlannedStep): true | JoinedWith | undefined {
  return (change && step.resource.joins?.(change, step.params)) || undefined
}

/** Whether nothing of the step asks for a shell, a time or a wait of its own. */
export function canJoin(planned: PlannedStep): boolean {
  const { resource, params, options } = planned.step
  return (
    joinedWith(planned) !== undefined &&
    resource.probeMany !== undefined &&
    options.user === undefined &&
    options.timeoutSeconds === undefined &&
    dropsOf(planned.step) === undefined &&
    resource.settle?.(params) === undefined
  )
}

/**
 * The steps from a position on that are done together, from one change to another; those in between that change nothing are
 * guarded with them. Fewer than two: there are none. `from` is the number of the first of `todo`.
 */
export function groupAt(
  todo: readonly PlannedStep[],
  at: number,
  from: number,
  canJoin: (planned: PlannedStep) => boolean,
): readonly PlannedStep[] {
  const first = todo[at]
  if (first === undefined || !canJoin(first)) return []
  const like = likenessOf(first)
  const evenDependents = likingOf(first).even === 'dependents'
  let characters = 0
  let slow = 0
  let end = at
  for (let next = at; next < todo.length && next - at < mostTogether; next++) {
    const each = todo[next]
    if (each === undefined || each.step.resource !== first.step.resource) break
    const depends = each.because.some(other => other >= from + at)
    if (each.step.options.user !== undefined || (depends && !(each.change && evenDependents))) break
    if (each.change === undefined) continue
    if (likenessOf(each) !== like) break
    characters += applyText(each).length + each.step.name.length
    if (likingOf(each).slow) slow++
    if (!canJoin(each) || characters > mostCharacters || slow > mostSlow) break
    end = next + 1
  }
  return todo.slice(at, end)
}

function likingOf(planned: PlannedStep): JoinedWith {
  const joined = joinedWith(planned)
  return typeof joined === 'object' ? joined : {}
}

function likenessOf(planned: PlannedStep): string {
  return likingOf(planned).like ?? ''
}

/** Done together; where that cannot be, or cannot be proved together, one after the other. */
export function groupLines(
  group: readonly PlannedStep[],
  at: number,
  names: RunNames,
  lineOf: LineOf,
  from: number,
): string[] {
  const first = from + at
  const changed = group.flatMap((each, index) => (each.change ? [{ each, index }] : []))
  const all = asked(group, names)
  const own = asked(
    changed.map(({ each }) => each),
    names,
  )
  const words = [
    ...[first, first + group.length - 1, groupSeconds(changed.map(({ each }) => each))],
    ...[all.guard, quote(all.text), quote(changed.map(({ index }) => first + index).join(' '))],
    ...[own.guard, changed.length === group.length ? "''" : quote(own.text)],
  ]
  return [
    ...changed.map(({ each, index }) => `ops_apply_${index}=${quote(applyText(each))}`),
    `ops_writes_in=${quote(foldersOf(changed.map(({ each }) => likingOf(each).writes)))}`,
    `ops_together ${words.join(' ')} || {`,
    ...group.map((each, index) => lineOf(each, at + index, each.change && `"$ops_apply_${index}"`)),
    'ops_unproved=',
    '}',
  ]
}

/** The folders of these files, a line each. */
function foldersOf(paths: readonly (string | undefined)[]): string {
  const folders = paths.flatMap(path => (path === undefined || path.includes('\n') ? [] : [dirname(path)]))
  return [...new Set(folders)].map(each => `${each}\n`).join('')
}

/** Half of what one may take is still far more than it needs. */
const secondsAsOne = 2

function groupSeconds(changed: readonly PlannedStep[]): number {
  const slow = changed.filter(each => likingOf(each).slow).length
  return Math.max(...changed.map(each => applySecondsOf(each.step))) * (secondsAsOne + slow)
}

/** How long the apply may take on the host, alone or with others. */
export function longestSecondsOf(planned: PlannedStep): number {
  if (!canJoin(planned)) return applySecondsOf(planned.step)
  return applySecondsOf(planned.step) * (secondsAsOne + mostSlow)
}

/** One look for all, and the hash of what it has to show. */
function asked(
  steps: readonly PlannedStep[],
  names: RunNames,
): { readonly guard: string; readonly text: string } {
  const [group] = groupsOf(
    steps.map(each => each.step),
    names,
  )
  if (group === undefined) throw new RangeError('a group without steps')
  const observations = steps.map(each => each.observation)
  return { guard: guardOf(expectedOf(group, observations, names)), text: group.text }
}
