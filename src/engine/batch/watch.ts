/** Turns what one batch tells, as it comes, into events and a report. */
import type { OpsError } from '../../base/errors.ts'
import type { Frame } from '../../shell/frame.ts'
import { earlierVerdict } from '../access/words.ts'
import { type Group, LookCollector } from '../look/look.ts'
import { observationOf } from '../look/observation.ts'
import { maskerOf } from '../mask.ts'
import { type PlannedStep, stepNameAt } from '../plan/planned-step.ts'
import { dropsOf } from '../step.ts'
import { Proofs } from './proofs.ts'
import type { BatchContext, BatchEnd, BatchReport } from './report.ts'

/** Of a line without an end that much is kept, in characters. */
const longestPartial = 8192

/** Lines of a step that are told at once, and not with -v only: what it waits for, and what a person has to know. */
const told = /^ops: (waiting for |note: )/

const unrecorded = 'the host cannot write down this run: `ops history` and `ops undo` will not know it there'

/** Of one batch. */
export class BatchWatch {
  readonly #context: BatchContext
  readonly #masked: (text: string) => string
  readonly #collector: LookCollector
  readonly #proofs: Proofs
  #partial = { index: 0, text: '' }
  #end: BatchEnd = { kind: 'done' }
  #looked = false
  #dropping = false
  #isArmed = false

  constructor(context: BatchContext, groups: readonly Group[]) {
    this.#context = context
    this.#masked = maskerOf(context.planned.map(each => each.step))
    this.#collector = new LookCollector(groups, context.session.names)
    this.#proofs = new Proofs(context, this.#masked)
  }

  get dropsByIntent(): boolean {
    return this.#dropping
  }

  get isArmed(): boolean {
    return this.#isArmed
  }

  get running(): number | undefined {
    return this.#proofs.running
  }

  /** Those that are done as one act with it. */
  get runningTogether(): readonly number[] {
    return this.#proofs.runningTogether
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
    const { proved, running, errors } = this.#proofs
    const [end, isArmed] = [this.#end, this.#isArmed]
    return { proved, running, end, errors, seen, isArmed, ...(lost && { lost }) }
  }

  header(kind: string, args: readonly string[]): void {
    const index = Number(args[0])
    if (kind !== 'run' || this.#proofs.hasBegun(index)) return
    const planned = this.#planned[index]
    this.#dropping ||= planned !== undefined && dropsOf(planned.step) !== undefined
    this.#proofs.begin(index, args.length > 1 ? args.slice(1).map(Number) : [index])
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
    const [step, masked] = [stepNameAt(this.#planned, index), this.#masked(text)]
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
        this.#proofs.said(index, this.#masked(wholeLines(frame.body.toString('utf8'))).trim())
        return
      case 'kept':
        this.#proofs.keep(index, text())
        return
      case 'overdue':
        this.#proofs.overdue(index)
        return
      case 'unsettled':
        this.#proofs.unsettled(index)
        return
      case 'proof':
        this.#proofs.prove(index, Number(frame.args[1]), observationOf(frame.body))
        return
      case 'proofs':
        this.#proofs.proveMany(frame)
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
        this.#proofs.unarmed(index, text())
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
}

function stopperOf(word: string | undefined): 'operator' | 'silence' | 'restore' {
  return word === 'silence' || word === 'restore' ? word : 'operator'
}

/** The host sends the last 4000 bytes: a line that was cut is dropped, as half of a secret would not be known. */
function wholeLines(text: string): string {
  return Buffer.byteLength(text) < 4000 ? text : text.slice(text.indexOf('\n') + 1)
}
