/** Turns what one batch tells, as it comes, into events and a report. */
import type { ErrorData, OpsError } from '../../base/errors.ts'
import type { Frame } from '../../shell/frame.ts'
import { markOf } from '../../shell/runtime.ts'
import { earlierVerdict } from '../access/words.ts'
import { changeOf } from '../diff.ts'
import { type Group, LookCollector } from '../look/look.ts'
import { guardOf, type Observation, observationOf, splitMany } from '../look/observation.ts'
import { maskerOf } from '../mask.ts'
import { type PlannedStep, stepNameAt } from '../plan/planned-step.ts'
import type { KeyChange } from '../resource.ts'
import { dropsOf } from '../step.ts'
import { stepError } from '../step-error.ts'
import type { BatchContext, BatchEnd, BatchReport } from './report.ts'

/** Of a line without an end that much is kept, in characters. */
const longestPartial = 8192

/** Lines of a step that are told at once, and not with -v only: what it waits for, and what a person has to know. */
const told = /^ops: (waiting for |note: )/

const unrecorded = 'the host cannot write down this run: `ops history` and `ops undo` will not know it there'

/** How a step was done that was not done alone. */
interface Together {
  /** Its share of the time. */
  readonly milliseconds: number
  /** Steps after one that failed may be done as well. */
  readonly isWide: boolean
}

/** Of one batch. */
export class BatchWatch {
  readonly #context: BatchContext
  readonly #masked: (text: string) => string
  readonly #collector: LookCollector
  readonly #proved = new Map<number, { code: number; guard: string }>()
  readonly #said = new Map<number, string>()
  readonly #kept = new Map<number, readonly string[]>()
  readonly #unsettled = new Set<number>()
  readonly #started = new Map<number, number>()
  readonly #errors: ErrorData[] = []
  readonly #overdue = new Set<number>()
  #partial = { index: 0, text: '' }
  #end: BatchEnd = { kind: 'done' }
  #looked = false
  #dropping = false
  #isArmed = false
  running: number | undefined
  /** Those that are done as one act with it. */
  runningTogether: readonly number[] = []

  constructor(context: BatchContext, groups: readonly Group[]) {
    this.#context = context
    this.#masked = maskerOf(context.planned.map(each => each.step))
    this.#collector = new LookCollector(groups, context.session.names)
  }

  get dropsByIntent(): boolean {
    return this.#dropping
  }

  get isArmed(): boolean {
    return this.#isArmed
  }

  get #planned(): readonly PlannedStep[] {
    return this.#context.planned
  }

  get #host(): string {
    return this.#context.session.host
  }

  report(lost?: OpsError): BatchReport {
    const isWhole = this.#looked && !this.#dropping && !lost
    const seen = isWhole ? this.#collector.result(this.#planned.length) : undefined
    this.#flushOutput()
    const [proved, running, end] = [this.#proved, this.running, this.#end]
    const isArmed = this.#isArmed
    return { proved, running, end, errors: this.#errors, seen, isArmed, ...(lost && { lost }) }
  }

  header(kind: string, args: readonly string[]): void {
    const index = Number(args[0])
    if (kind !== 'run' || this.#started.has(index)) return
    this.running = index
    this.runningTogether = args.length > 1 ? args.slice(1).map(Number) : [index]
    const planned = this.#planned[index]
    this.#dropping ||= planned !== undefined && dropsOf(planned.step) !== undefined
    // Steps that are done together begin together.
    for (const each of this.runningTogether) {
      this.#started.set(each, Date.now())
      this.#context.emit({ event: 'step', host: this.#host, step: this.#name(each), status: 'running' })
    }
  }

  /** Whole lines only: a secret that came in two pieces would not be known again. */
  output(step: string, text: string): void {
    const index = Number(step)
    if (index !== this.#partial.index) this.#flushOutput()
    const whole = this.#partial.text + text
    const end = whole.lastIndexOf('\n') + 1
    const rest = whole.slice(end)
    const isLong = rest.length > longestPartial
    this.#partial = { index, text: isLong ? this.#masked(rest).slice(-longestPartial) : rest }
    this.#tell(index, whole.slice(0, end))
  }

  #flushOutput(): void {
    this.#tell(this.#partial.index, this.#partial.text)
    this.#partial = { index: this.#partial.index, text: '' }
  }

  #tell(index: number, text: string): void {
    if (!text.trim()) return
    const [step, masked] = [this.#name(index), this.#masked(text)]
    for (const line of masked.split('\n').filter(each => told.test(each))) {
      const text = line.replace(/^ops: (note: )?/, '')
      this.#context.emit({ event: 'note', host: this.#host, text: `${step}: ${text}` })
    }
    this.#context.emit({ event: 'output', host: this.#host, step, stream: 'stderr', text: masked })
  }

  frame(frame: Frame): void {
    const index = Number(frame.args[0])
    const text = () => this.#masked(frame.body.toString('utf8').trim())
    switch (frame.kind) {
      case 'look':
        this.#looked = true
        this.#collector.frame(frame)
        return
      case 'said':
        this.#said.set(index, this.#masked(wholeLines(frame.body.toString('utf8'))).trim())
        return
      case 'kept':
        this.#keep(index, text())
        return
      case 'overdue':
        this.#overdue.add(index)
        return
      case 'unsettled':
        this.#unsettled.add(index)
        return
      case 'proof':
        this.#prove(index, Number(frame.args[1]), observationOf(frame.body))
        return
      case 'proofs':
        this.#proveMany(frame)
        return
      case 'swept':
        this.#end = { kind: 'swept' }
        return
      case 'surprise':
      case 'paused':
        this.#end = { kind: frame.kind, at: index }
        return
      case 'armed':
        this.#isArmed = true
        this.#context.onArmed?.()
        return
      case 'unarmed':
        this.#unarmed(index, text())
        return
      case 'stopped':
        this.#end = { kind: 'stopped', at: index, by: stopperOf(frame.args[1]) }
        return
      case 'locked':
        this.#end = { kind: 'locked', text: text() }
        return
      case 'broken':
        this.#end = { kind: 'broken', text: frame.args.join(' ') }
        return
      case 'previous':
        this.#context.emit({
          event: 'note',
          host: this.#host,
          text: `an earlier run died half-way: ${text()}`,
        })
        return
      case 'unrecorded':
        this.#context.emit({ event: 'note', host: this.#host, text: unrecorded })
        return
      case 'access':
        this.#context.emit({ event: 'note', host: this.#host, text: earlierVerdict(text()) })
    }
  }

  /** What was done together: the steps before the one that failed are as good as done alone, those after it were not touched. */
  #proveMany({ args: [code = '', reached = '', ...members], body }: Frame): void {
    const indexes = members.map(Number)
    const whole = observationOf(body)
    const parts = splitMany(whole, markOf(this.#context.session.names), indexes.length)
    const failed = reached === 'end' ? Number.POSITIVE_INFINITY : Number.parseInt(reached, 10)
    // Of one transaction, what comes after the one that failed may be there all the same.
    const isWide = reached.endsWith('+')
    const [first = 0] = indexes
    if (this.#overdue.has(first)) this.#overdue.add(failed)
    const milliseconds = Math.round((Date.now() - (this.#started.get(first) ?? Date.now())) / indexes.length)
    for (const [at, index] of indexes.entries()) {
      const proof = parts?.[at] ?? { bytes: whole.bytes, code: 1 }
      const planned = this.#planned[index]
      const isThere = isWide && planned !== undefined && isAsWanted(planned, proof)
      if (index <= failed || isThere)
        this.#prove(index, index === failed ? Number(code) : 0, proof, { milliseconds, isWide })
    }
  }

  /** Files that are kept since a step: each line names the step of several that were one act, and the file. */
  #keep(index: number, text: string): void {
    for (const line of text.split('\n')) {
      const [, member = '', path = ''] = /^(\d*)-\t(.*)$/.exec(line) ?? []
      const of = member === '' ? index : Number(member)
      this.#kept.set(of, [...new Set([...(this.#kept.get(of) ?? []), path])])
    }
  }

  /** A step is changed when its apply ended well and its proof shows nothing left to do. */
  #prove(index: number, code: number, observation: Observation, together?: Together): void {
    const planned = this.#planned[index]
    if (!planned) return
    const guard = guardOf(observation)
    this.#proved.set(index, { code, guard })
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
    this.#errors.push(
      stepError({
        host: this.#host,
        planned,
        code,
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
  #unarmed(index: number, said: string): void {
    const where = this.#planned[index]?.step.where
    const step = this.#name(index)
    this.#context.emit({ event: 'step', host: this.#host, step, status: 'failed' })
    this.#errors.push({
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

function stopperOf(word: string | undefined): 'operator' | 'silence' | 'restore' {
  return word === 'silence' || word === 'restore' ? word : 'operator'
}

/** The host sends the last 4000 bytes: a line that was cut is dropped, as half of a secret would not be known. */
function wholeLines(text: string): string {
  return Buffer.byteLength(text) < 4000 ? text : text.slice(text.indexOf('\n') + 1)
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
