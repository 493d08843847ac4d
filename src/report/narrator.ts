/** Turns the events of a run into lasting lines of text; what is only true for a moment is the live view's. */

import type { ErrorData } from '../base/errors.ts'
import type { RunEvent } from '../run/events.ts'
import type { HostPlan } from '../run/plan.ts'
import { errorText, hostKeysText, isUnknownHostKey } from './error-text.ts'
import { keptWords, spentText, surpriseText } from './event-text.ts'
import { factsText } from './facts-text.ts'
import { heldText, jobEndText, jobPlanText } from './job-text.ts'
import { keptCopiesText } from './kept-copies-text.ts'
import { outputLines } from './output-lines.ts'
import { planText } from './plan-text.ts'
import { printable, printableLine } from './printable.ts'
import { runListText, undoText, wholeRunText } from './run-history-text.ts'
import type { Style } from './style.ts'
import { summaryText } from './summary-text.ts'
import { duration, stepName } from './words.ts'

/** Text without an end of line, and where it belongs. */
export interface Told {
  readonly to: 'out' | 'error'
  readonly text: string
}

export interface NarratorOptions {
  readonly style: Style
  readonly errorStyle: Style
  readonly verbose: boolean
  readonly fullDiff?: boolean
  /** Tell each changed step on its own line; a live view of many hosts only counts them. */
  readonly tellsSteps: (hosts: number) => boolean
}

/** What has been heard of the run so far, and how to tell the next event. */
export class Narrator {
  readonly #options: NarratorOptions
  #verb = ''
  /** What an apply is called in the records. */
  #run: string | undefined
  #hosts: readonly string[] = []
  /** Plans that were not told yet, in order of arrival: equal ones are told together. */
  readonly #plans = new Map<string, HostPlan>()
  readonly #toldPlans = new Set<string>()
  /** Hosts that will bring no first plan any more. */
  readonly #planned = new Set<string>()
  readonly #hostKeys: ErrorData[] = []
  readonly #output = outputLines()
  /** Hosts of which an error says that something stays changed, or that nobody knows. */
  readonly #mayHaveChanged = new Set<string>()
  /** What steps of the run changed: hosts of its own, or balancers in their place. */
  readonly #changed = new Set<'own' | 'balancer'>()
  /** Errors of hosts whose plans, or those of others, are still to be told. */
  #held: Told[] = []
  #toldAnything = false

  constructor(options: NarratorOptions) {
    this.#options = options
  }

  /** The lines that one event brings, often none. */
  tell(event: RunEvent): readonly Told[] {
    switch (event.event) {
      case 'run':
        this.#verb = event.verb
        this.#hosts = event.hosts
        this.#run = event.run
        return []
      case 'connected':
        return this.#options.verbose
          ? [this.#line(event.host, `connected by ${event.backend} in ${duration(event.milliseconds)}`)]
          : []
      case 'spent':
        return this.#options.verbose ? [this.#line(event.host, spentText(event.milliseconds))] : []
      case 'note':
        return [this.#line(event.host, printable(event.text))]
      case 'facts':
        return this.#verb === 'facts' ? [out(factsText(event.host, event.facts, this.#options.style))] : []
      case 'kept':
        return [out(keptCopiesText(event, this.#options.style))]
      case 'plan':
        this.#plans.set(event.host, { host: event.host, steps: event.steps, errors: event.errors })
        return this.#accounted(event.host)
      case 'waiting':
        return [this.#line(event.host, printable(event.text))]
      case 'step':
        return [...this.flushPlans(), ...this.#step(event)]
      case 'surprise':
        return [this.#line(event.host, surpriseText(event.step, event.because))]
      case 'output':
        return this.#verb === 'run' || this.#options.verbose ? this.#said(event) : []
      case 'error':
        return this.#error(event.host, event.error)
      case 'host':
        return [...this.#rest(event.host), ...this.#accounted(event.host)]
      case 'summary':
        return this.#summary(event)
      case 'history':
        return [out(runListText(event, this.#options.style))]
      case 'recorded':
        return [out(wholeRunText(event, this.#options.style))]
      case 'undo':
        return [out(undoText(event, this.#options.style)), out('')]
      case 'job-plan':
        return [out(jobPlanText(event, this.#options.style)), out('')]
      case 'progress':
        return event.held === undefined ? [] : [this.#line(event.source, heldText(event))]
      case 'job-end':
        return [out(jobEndText(event, this.#options.style))]
    }
  }

  /** Plans of the run that wait for others to be told with. */
  flushPlans(): readonly Told[] {
    const plans = [...this.#plans.values()].sort(
      (one, other) => this.#place(one.host) - this.#place(other.host),
    )
    this.#plans.clear()
    const held = this.#held
    this.#held = []
    for (const { host } of plans) this.#toldPlans.add(host)
    if (plans.length === 0) return held
    return [out(planText(plans, this.#options)), out(''), ...held]
  }

  /** Plans that the caller is about to ask about: those that were told just before are not told again. */
  showPlans(plans: readonly HostPlan[]): readonly Told[] {
    const untold = plans.filter(({ host }) => this.#plans.delete(host) || !this.#toldPlans.has(host))
    const before = this.flushPlans()
    return untold.length === 0 ? before : [...before, out(planText(untold, this.#options)), out('')]
  }

  /** Hosts are told in the order in which they were named, not in that of their answers. */
  #place(host: string): number {
    return this.#hosts.indexOf(host)
  }

  #accounted(host: string): readonly Told[] {
    this.#planned.add(host)
    // An apply asks with showPlans, or goes on to its steps: both tell the plans in their own time.
    return this.#hosts.every(each => this.#planned.has(each)) ? this.flushPlans() : []
  }

  #step(event: RunEvent & { event: 'step' }): readonly Told[] {
    const quiet = event.status === 'ok' || event.status === 'skipped'
    if (!quiet) this.#changed.add('on' in event && event.on !== undefined ? 'balancer' : 'own')
    if (event.status === 'running') return []
    const rest = this.#rest(event.host)
    if (quiet && !this.#options.verbose) return rest
    if (event.status === 'changed' && !this.#options.tellsSteps(this.#hosts.length)) return rest
    const { style } = this.#options
    const isBad = event.status === 'failed' || event.status === 'reverted'
    const paint = isBad ? style.red : event.status === 'changed' ? style.green : style.dim
    const word = event.status === 'reverted' ? 'taken back' : event.status
    const took = event.milliseconds === undefined ? '' : style.dim(` (${duration(event.milliseconds)})`)
    const before = style.dim(printableLine(keptWords(event)))
    this.#toldAnything = true
    return [...rest, this.#line(event.host, `${paint(word)} ${stepName(event.step)}${took}${before}`)]
  }

  #said(event: RunEvent & { event: 'output' }): readonly Told[] {
    return this.#output.add(event.host, event.stream, event.text).map(line => this.#outputLine(event, line))
  }

  #rest(host: string): readonly Told[] {
    return this.#output.end(host).map(({ stream, line }) => this.#outputLine({ host, stream }, line))
  }

  #outputLine({ host, stream }: { host: string; stream: 'stdout' | 'stderr' }, line: string): Told {
    const toError = stream === 'stderr' && this.#verb === 'run'
    const style = toError ? this.#options.errorStyle : this.#options.style
    return { to: toError ? 'error' : 'out', text: `${style.cyan(printableLine(host))} | ${line}` }
  }

  #error(host: string | undefined, error: ErrorData): readonly Told[] {
    const named: ErrorData = host === undefined || error.host !== undefined ? error : { ...error, host }
    const plans = this.#hosts.length === 1 ? this.flushPlans() : []
    if (named.host !== undefined && error.changed !== undefined && error.changed !== 'no')
      this.#mayHaveChanged.add(named.host)
    if (isUnknownHostKey(error)) {
      this.#hostKeys.push(named)
      return plans
    }
    const rest = host === undefined ? [] : this.#rest(host)
    this.#toldAnything = true
    const told: Told[] = [...rest, { to: 'error', text: errorText(named, this.#options.errorStyle) }]
    // Among plans that wait for others it comes behind them, where it is read.
    if (this.#plans.size === 0) return [...plans, ...told]
    this.#held.push(...told)
    return plans
  }

  #summary(event: RunEvent & { event: 'summary' }): readonly Told[] {
    const { style, errorStyle } = this.#options
    const told: Told[] = [...this.flushPlans()]
    const unknownKeys = this.#hostKeys.sort(
      (one, other) => this.#place(one.host ?? '') - this.#place(other.host ?? ''),
    )
    const keys = hostKeysText(unknownKeys, errorStyle)
    if (keys !== '') {
      this.#toldAnything = true
      told.push({ to: 'error', text: keys })
    }
    const isDull =
      this.#verb === 'facts' ||
      this.#verb === 'kept' ||
      this.#verb === 'history' ||
      this.#verb === 'show' ||
      (this.#verb === 'run' && Object.keys(event.hosts).length === 1)
    if (isDull && Object.values(event.hosts).every(({ status }) => status === 'ok')) return told
    if (this.#toldAnything) told.push(out(''))
    const hosts = Object.fromEntries(
      Object.entries(event.hosts).sort(([one], [other]) => this.#place(one) - this.#place(other)),
    )
    const text = summaryText({ verb: this.#verb, hosts, trips: event.trips }, style)
    const changed = Object.entries(event.hosts).some(
      ([host, each]) => each.changed > 0 || each.status === 'lost' || this.#mayHaveChanged.has(host),
    )
    if (text !== '') told.push(out(text))
    if (this.#run !== undefined && changed) {
      // An undo leaves balancers as they are.
      const isOnlyBalancer = this.#changed.has('balancer') && !this.#changed.has('own')
      const undo = isOnlyBalancer ? '' : `, ops undo ${this.#run} takes it back`
      told.push(out(style.dim(`run ${this.#run}: ops show ${this.#run} shows it again${undo}`)))
    }
    return told
  }

  #line(host: string, text: string): Told {
    const name = printableLine(host)
    const rest = text.startsWith(`${name}: `) ? text.slice(name.length + 2) : text
    return out(`${this.#options.style.bold(name)}: ${rest}`)
  }
}

function out(text: string): Told {
  return { to: 'out', text }
}
