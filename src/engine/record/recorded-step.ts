/** What a run writes down of a step before it does it: what changes, and the way back. Without any secret. */
import { mask } from '../../base/secret.ts'
import { maskerOf } from '../mask.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import type { State, Value } from '../resource.ts'
import type { WayBackStep } from '../way-back.ts'

/** The way back of one step, as it is written down. */
export type RecordedBack =
  | 'files'
  | { readonly cannot: string }
  | (WayBackStep & { readonly left: State; readonly access?: unknown })

export interface RecordedStep {
  readonly name: string
  readonly type: string
  /** Key, what was found, what was wanted. */
  readonly changes: readonly (readonly [string, Value | null, Value])[]
  readonly back: RecordedBack
  /** Its exit code 97 says that it has put everything back. */
  readonly takesBack?: true | undefined
  /** Its exit code 98 says that it has changed nothing. */
  readonly refuses?: true | undefined
}

const longestValue = 300

/** One step that is about to be done. */
export function recordedStep({ step, plan, change, madeAbove }: PlannedStep): RecordedStep {
  return {
    name: plan.name,
    type: step.resource.type,
    changes: plan.changes.map(({ key, from, to }) => [key, short(from) ?? null, short(to) ?? '']),
    back: change ? backOf(step, change, madeAbove) : 'files',
    ...(step.resource.takesBack && { takesBack: true }),
    ...(step.resource.refuses && { refuses: true }),
  }
}

function backOf(
  step: PlannedStep['step'],
  change: NonNullable<PlannedStep['change']>,
  above: readonly string[] = [],
): RecordedBack {
  const { resource, params, options } = step
  if (options.user !== undefined)
    return { cannot: `it ran as ${options.user}, and what was there before is kept in that user's own place` }
  const back = resource.wayBack?.(change, params) ?? {
    cannot: `of ${resource.type} nothing is written down that would bring back what was there before`,
  }
  if (back === 'files' || 'cannot' in back) return back
  // Of a secret it would only say that there is one.
  const wanted = change.keys.flatMap(({ key, to }) => (to === mask ? [] : [[key, to] as const]))
  const left = back.left ?? Object.fromEntries(wanted)
  const text = JSON.stringify([back, left])
  const masked = maskerOf([step])
  if (text.includes(mask) || !isPlain([back, left], masked)) return { cannot: 'it would need a secret' }
  const stays = [
    ...(back.stays === undefined ? [] : [back.stays]),
    ...(above.length === 0
      ? []
      : [`${above.join(', ')}, made on the way, ${above.length === 1 ? 'stays' : 'stay'}`]),
  ]
  return {
    ...back,
    left,
    ...(stays.length > 0 && { stays: stays.join('; ') }),
    ...(options.access !== undefined && { access: options.access }),
  }
}

/** No string in it holds a secret. */
function isPlain(value: unknown, masked: (text: string) => string): boolean {
  if (typeof value === 'string') return masked(value) === value
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(each => isPlain(each, masked))
}

function short(value: Value | undefined): Value | undefined {
  if (typeof value !== 'string' || value.length <= longestValue) return value
  return `${value.slice(0, longestValue)}…`
}
