/** Builds the guarded batch: all changes of one host as one script. */
import { quote } from '../../shell/quote.ts'
import type { RunNames } from '../../shell/runtime.ts'
import { armCall, armLibrary } from '../access/arm-shell.ts'
import { expectedOf, forUser, type Group, groupsOf, librariesOf, probeText } from '../look/look.ts'
import { guardOf } from '../look/observation.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import { recordLines } from '../record/record-head.ts'
import { applySecondsOf, dropsOf } from '../step.ts'
import { stepLines } from '../together/still-steps.ts'
import { applyText, canJoin, type LineOf, longestSecondsOf } from '../together/together.ts'
import type { BatchContext } from './report.ts'
import { batchFunctions } from './runtime.ts'

export interface Batch {
  readonly script: string
  readonly groups: readonly Group[]
  /** The longest time, in milliseconds, that the host may need without a word. */
  readonly silenceMs: number
}

/**
 * The script sweeps all guards once, does the steps from position `from` on, and looks at everything again.
 * `who` is what another operator is told while this run holds the lock; `isArmed`: what an earlier batch of the run did to our
 * access waits for a login that confirms it.
 */
export function buildBatch(
  planned: readonly PlannedStep[],
  from: number,
  names: RunNames,
  { who, record, isArmed = false }: Pick<BatchContext, 'who' | 'record' | 'isArmed'>,
): Batch {
  const steps = planned.map(each => each.step)
  const groups = groupsOf(steps, names)
  const observations = planned.map(each => each.observation)
  const sums = groups.map(group => `${guardOf(expectedOf(group, observations, names))}  ${group.id}`)
  const todo = stepsOfBatch(planned, from)
  // A step that drops the connection ends the batch: what follows it is looked at after the next login.
  const unless = todo.some(drops) ? '' : 'stopped'
  const pauseAt = from + todo.length
  const pauses = pauseAt < planned.length && !todo.some(drops)
  const endangers = todo.some(each => isDangerous(each, planned))
  const tail = `case $ops_over in '${unless}' | broken) ;; *) ops_all ops_quietly; [ "$ops_over" = broken ] || ops_all ops_show ;; esac`
  const lineOf: LineOf = (each, at, apply) => {
    const arming = isDangerous(each, planned) ? `ops_arming=${quote(armText(each, from + at, who))}\n` : ''
    return arming + stepLine(each, from + at, names, apply)
  }
  const changing = new Set(todo.flatMap(each => (each.change ? [each.step] : [])))
  const lines = [
    librariesOf(steps, step => changing.has(step)),
    batchFunctions,
    endangers ? armLibrary : '',
    isArmed ? '' : 'ops_armed_at=',
    record ? recordLines(record, who, todo, from, planned.slice(pauseAt)) : 'ops_record_name=',
    `ops_all() {\n${groups.map(group => `"$1" ${group.id} ${quote(group.text)}`).join('\n')}\n}`,
    'ops_show() { ops_frame look "$1"; cat "$OPS_DIR/$1"; }',
    'ops_batch() {',
    `ops_begin ${quote(who)} || return 0`,
    'ops_watch',
    'ops_all ops_quietly',
    '[ -z "$ops_over" ] || return 0',
    `[ "$(cd "$OPS_DIR" && sha256sum ${groups.map(group => group.id).join(' ')})" = ${quote(sums.join('\n'))} ] || { ops_frame swept; ops_all ops_show; ops_over=\${ops_over:-swept}; return 0; }`,
    ...stepLines(todo, names, each => canJoin(each) && !isDangerous(each, planned), lineOf, from),
    ...(pauses ? [`ops_pause ${pauseAt}`] : []),
    tail,
    '}',
    'ops_batch',
    'ops_done',
  ]
  const longest = Math.max(0, ...todo.map(each => longestSecondsOf(each) + settleSecondsOf(each)))
  return { script: lines.join('\n'), groups, silenceMs: (longest + 240) * 1000 }
}

function stepLine(planned: PlannedStep, index: number, names: RunNames, ready?: string): string {
  const { step, change } = planned
  const guard = guardWord(planned)
  const probe = probeText(step, names)
  if (!change) return `ops_step ${index} ${guard} 0 ${quote(probe)}`
  const { resource, params } = step
  const apply = ready ?? quote(forUser(step, names, applyText(planned), true))
  const settle = resource.settle?.(params)
  const settleWords = settle
    ? ` ${quote(forUser(step, names, settle.shell.shell, true))} ${settle.deadlineSeconds}`
    : ''
  return `ops_step ${index} ${guard} ${applySecondsOf(step)} ${quote(probe)} ${apply}${settleWords}`
}

const printable = /^[\n -~]*$/

/** What the host holds an observation against: the observation itself where its shell can compare that exactly, else its hash. */
function guardWord({ step, observation, guard }: PlannedStep): string {
  const text = observation.bytes.toString('latin1')
  if (!step.resource.printsVariables || !printable.test(text)) return guard
  return quote(`=${text}\n${observation.code}`)
}

/**
 * The steps from a position on, up to one that will drop the connection, or up to the last of those that endanger our
 * access where others change something after them: those wait until a login has confirmed.
 */
export function stepsOfBatch(planned: readonly PlannedStep[], from: number): readonly PlannedStep[] {
  const last = planned.findIndex((each, index) => index >= from && drops(each))
  const whole = planned.slice(from, last < 0 ? undefined : last + 1)
  const first = whole.findIndex(each => isDangerous(each, planned))
  const next = whole.findIndex(
    (each, index) => index > first && each.change !== undefined && !isDangerous(each, planned),
  )
  return first < 0 || next < 0 ? whole : whole.slice(0, next)
}

/** Whether the step, as planned now, can cut our access; a boot does so by loading what steps before it wrote. */
export function isDangerous(planned: PlannedStep, all: readonly PlannedStep[]): boolean {
  if (planned.change === undefined) return false
  return planned.access !== undefined || (dropsOf(planned.step) === 'boot' && all.some(each => each.access))
}

function armText({ step, access }: PlannedStep, index: number, who: string): string {
  const boots = dropsOf(step) === 'boot'
  return armCall({
    index,
    areas: boots ? ['any'] : (access?.areas ?? []),
    isPatient: access?.isPatient ?? false,
    boots,
    who,
    step: step.name,
    entries: access?.entries.map(({ area, kind, name }) => `${area}:${kind}:${name}`) ?? [],
  })
}

function drops({ step, change }: PlannedStep): boolean {
  return change !== undefined && dropsOf(step) !== undefined
}

function settleSecondsOf({ step }: PlannedStep): number {
  return step.resource.settle?.(step.params)?.deadlineSeconds ?? 0
}
