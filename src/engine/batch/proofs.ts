/** What the proofs of one batch mean: which step is changed, which failed, and why. */
import type { ErrorData } from '../../base/errors.ts'
import type { Frame } from '../../shell/frame.ts'
import { markOf } from '../../shell/runtime.ts'
import { changeOf } from '../diff.ts'
import { guardOf, type Observation, observationOf, splitMany } from '../look/observation.ts'
import { type PlannedStep, stepNameAt } from '../plan/planned-step.ts'
import { reachedOf } from '../reached.ts'
import type { KeyChange } from '../resource.ts'
import { dropsOf } from '../step.ts'
import { stepError } from '../step-error.ts'
import type { BatchContext } from './report.ts'

/** How a step was done that was not done alone. */
interface Together {
  /** Its share of the time. */
  readonly milliseconds: number
  /** Steps after one that failed may be done as well. */
  readonly isWide: boolean
}

/** Of one batch; steps are named by their place in the plan. */
export class Proofs {
  readonly #context: BatchContext
  readonly #masked: (text: string) => string
  readonly #said = new Map<number, string>()
  readonly #kept = new Map<number, readonly string[]>()
  readonly #unsettled = new Set<number>()
  readonly #started = new Map<number, number>()
  readonly #overdue = new Set<number>()
  readonly proved = new Map<number, { code: number; guard: string }>()
  readonly errors: ErrorData[] = []
  running: number | undefined
  /** Those that are done as one act with it. */
  runningTogether: readonly number[] = []

  constructor(context: BatchContext, masked: (text: string) => string) {
    this.#context = context
    this.#masked = masked
  }

  get #planned(): readonly PlannedStep[] {
    return this.#context.planned
  }

  get #host(): string {
    return this.#context.session.host
  }

  hasBegun(index: number): boolean {
    return this.#started.has(index)
  }

  /** Steps that are done together begin together. */
  begin(index: number, together: readonly number[]): void {
    this.running = index
    this.runningTogether = together
    for (const each of together) {
      this.#started.set(each, Date.now())
      this.#context.emit({ event: 'step', host: this.#host, step: this.#name(each), status: 'running' })
    }
  }

  /** The last words of a step that failed. */
  said(index: number, text: string): void {
    this.#said.set(index, text)
  }

  overdue(index: number): void {
    this.#overdue.add(index)
  }

  unsettled(index: number): void {
    this.#unsettled.add(index)
  }

  /** What was done together: the steps before the one that failed are as good as done alone, those after it were not touched. */
  proveMany({ args: [code = '', reached = '', ...members], body }: Frame): void {
    const indexes = members.map(Number)
    const whole = observationOf(body)
    const parts = splitMany(whole, markOf(this.#context.session.names), indexes.length)
    // Of one transaction, what comes after the one that failed may be there all the same.
    const { failed = Number.POSITIVE_INFINITY, beside, isWide } = reachedOf(reached)
    const [first = 0] = indexes
    if (this.#overdue.has(first)) this.#overdue.add(failed)
    const milliseconds = Math.round((Date.now() - (this.#started.get(first) ?? Date.now())) / indexes.length)
    for (const [at, index] of indexes.entries()) {
      const proof = parts?.[at] ?? { bytes: whole.bytes, code: 1 }
      const planned = this.#planned[index]
      const isThere = isWide && planned !== undefined && isAsWanted(planned, proof)
      const isBeside = index !== failed && beside.has(index)
      if (isBeside) this.#said.set(index, this.#said.get(failed) ?? '')
      if (index <= failed || isThere || isBeside)
        this.prove(index, index === failed ? Number(code) : isBeside ? 1 : 0, proof, { milliseconds, isWide })
    }
  }

  /** Files that are kept since a step: each line names the step of several that were one act, and the file. */
  keep(index: number, text: string): void {
    for (const line of text.split('\n')) {
      const [, member = '', path = ''] = /^(\d*)-\t(.*)$/.exec(line) ?? []
      const of = member === '' ? index : Number(member)
      this.#kept.set(of, [...new Set([...(this.#kept.get(of) ?? []), path])])
    }
  }

  /** A step is changed when its apply ended well and its proof shows nothing left to do. */
  prove(index: number, code: number, observation: Observation, together?: Together): void {
    const planned = this.#planned[index]
    if (!planned) return
    const guard = guardOf(observation)
    this.proved.set(index, { code, guard })
    this.running = undefined
    const milliseconds = together?.milliseconds ?? Date.now() - (this.#started.get(index) ?? Date.now())
    const done = code === 0 && (dropsOf(planned.step) !== undefined || isAsWanted(planned, observation))
    // What was kept for a change that did not come about is still in its place.
    const kept = code !== 0 && guard === planned.guard ? undefined : this.#kept.get(index)
    this.#context.emit({
      event: 'step',
      host: this.#host,
      step: this.#name(index),
      status: done ? 'changed' : 'failed',
      milliseconds,
      ...(kept && { kept }),
    })
    if (done) return
    // The host stops by itself on a failure, but only here is it known that a step that ended well did not converge.
    if (code === 0) this.#context.session.command('stop')
    this.errors.push(
      stepError({
        host: this.#host,
        planned,
        code,
        before: this.#planned.slice(0, index).filter(each => each.change),
        overdue: this.#overdue.has(index),
        changed: guard !== planned.guard,
        settling: this.#unsettled.has(index),
        interrupted: this.#context.interrupt.level === 'hard',
        others: together?.isWide ?? false,
        said: this.#said.get(index) ?? '',
        left: (differing(planned, observation) ?? []).map(({ key, from, to }) =>
          this.#masked(`${key} is ${from ?? 'not known'}, not ${to}`),
        ),
      }),
    )
  }

  /** The step was not begun: the host cannot make sure that it could take it back. */
  unarmed(index: number, said: string): void {
    const where = this.#planned[index]?.step.where
    const step = this.#name(index)
    this.#context.emit({ event: 'step', host: this.#host, step, status: 'failed' })
    this.errors.push({
      code: 'failed',
      title: `${step} was not begun: it can cut our own access, and the host could not prepare to take the change back`,
      host: this.#host,
      step,
      ...(where && { where }),
      said,
      changed: 'no',
      next: "Fix that on the host, or say `access: 'unguarded'` in the options of the step.",
    })
  }

  #name(index: number): string {
    return stepNameAt(this.#planned, index)
  }
}

function isAsWanted(planned: PlannedStep, observation: Observation): boolean {
  return differing(planned, observation)?.length === 0
}

/** The keys that are not as wanted; undefined where the observation cannot be read. */
function differing(
  { step, desired }: PlannedStep,
  { code, bytes }: Observation,
): readonly KeyChange[] | undefined {
  if (code !== 0) return undefined
  try {
    const actual = step.resource.parse(bytes.toString('utf8'), step.params)
    return changeOf(step.resource, actual, desired)?.keys ?? []
  } catch {
    return undefined
  }
}
