/** The first lines of a run's record on a host, one for the run and one for each of its batches: data, as JSON. */

import { type RunName, recordFileOf } from '../../run/run-id.ts'
import { quote } from '../../shell/quote.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import { accountsOf } from './account-state.ts'
import { recordedStep } from './recorded-step.ts'

/** What a run says of itself. */
export interface RunRecord extends RunName {
  /** What the operator typed. */
  readonly purpose: string
  readonly recipe?: string
  /** Without secrets. */
  readonly params?: Readonly<Record<string, unknown>>
  /** An undo that does not take back all of it on this host. */
  readonly isNotWhole?: true
}

/** Of longer params only the names are written down. */
const longestParams = 4096
/** A batch whose steps say more than that writes down their names, and no way back. */
const longestSteps = 131_072

/**
 * Shell that says what the record of a batch is called and begins with: `from` is the position of the first of its steps,
 * `later` are those that another batch will begin.
 */
export function recordLines(
  { run, startedAt, purpose, recipe, params, isNotWhole }: RunRecord,
  who: string,
  todo: readonly PlannedStep[],
  from: number,
  later: readonly PlannedStep[] = [],
): string {
  // A service that waits for a login to be confirmed is known as it was before the steps until then: reading takes that one.
  const known = [...todo, ...later.map(each => (each.step.resource.type === 'service' ? each : undefined))]
  const changing = known.flatMap((each, at) => (each?.change ? [[from + at, each] as const] : []))
  const accounts = todo.flatMap(each => (each.change ? accountsOf(each.step) : []))
  const [isShort, names] = [JSON.stringify(params ?? {}).length <= longestParams, Object.keys(params ?? {})]
  const head = {
    format: 1,
    run,
    startedAt,
    who,
    purpose,
    ...(recipe !== undefined && { recipe }),
    ...(isNotWhole && { isNotWhole }),
    params: isShort ? (params ?? {}) : Object.fromEntries(names.map(name => [name, '…'])),
  }
  const steps = JSON.stringify({
    steps: Object.fromEntries(changing.map(([index, each]) => [index, recordedStep(each)])),
  })
  const text = steps.length <= longestSteps ? steps : JSON.stringify({ steps: namesOnly(changing) })
  const words = `ops_record_name=${recordFileOf({ run, startedAt })} ops_record_accounts=${quote(accounts.join(' '))}`
  return `${words} ops_record_head=${quote(`${JSON.stringify(head)}\n${text}`)}`
}

function namesOnly(changing: readonly (readonly [number, PlannedStep])[]): Readonly<Record<number, unknown>> {
  return Object.fromEntries(
    changing.map(([index, { step }]) => [
      index,
      { name: step.name, type: step.resource.type, changes: [], back: 'files' },
    ]),
  )
}
