/** What a run has told so far, by host and step: what its page is made of. */
import type { ErrorData } from '../../base/errors.ts'
import type { HostSummary, RunEvent } from '../../run/events.ts'
import type { HostPlan, PlanStep } from '../../run/plan.ts'
import type { HostOfRun, RunInFull, UndoNote } from '../../run/run-history.ts'

/** Where the time of a host went, in milliseconds. */
export type Spent = (RunEvent & { event: 'spent' })['milliseconds']

/** What became of a step; `begun`: nobody could say how it ended. */
export type Outcome = 'ok' | 'changed' | 'failed' | 'skipped' | 'reverted' | 'begun'

export interface StepStory {
  readonly name: string
  plan?: PlanStep
  outcome?: Outcome
  /** Milliseconds since the run began. */
  beganMs?: number
  endedMs?: number
  tookMs?: number
  kept: readonly string[]
}

export interface HostStory {
  readonly name: string
  readonly steps: Map<string, StepStory>
  readonly errors: ErrorData[]
  readonly notes: string[]
  readonly undo: UndoNote[]
  summary?: HostSummary
  /** Of a run that was written down. */
  recorded?: HostOfRun['status']
  spent?: Spent
  trips: number
  /** Milliseconds since the run began, of the first and the last that was heard of it. */
  beganMs?: number
  endedMs?: number
}

/** Takes the events of one run. Times are those of their arrival. */
export class Story {
  readonly startedAt = new Date()
  readonly #began = performance.now()
  readonly hosts = new Map<string, HostStory>()
  /** What went wrong with no host to name. */
  readonly errors: ErrorData[] = []
  verb = ''
  recipe: string | undefined
  run: string | undefined
  /** Undefined, or the run that was looked up. */
  recorded: Omit<RunInFull, 'hosts'> | undefined
  /** Whether all was told: a page of a run that was cut off says so. */
  isWhole = false

  get elapsedMs(): number {
    return performance.now() - this.#began
  }

  take(event: RunEvent): void {
    if ('host' in event && event.host !== undefined) this.#heard(event.host)
    switch (event.event) {
      case 'run':
        this.verb = event.verb
        this.recipe = event.recipe
        this.run = event.run
        for (const host of event.hosts) this.#host(host)
        break
      case 'connected':
        this.#host(event.host).beganMs = Math.max(0, this.elapsedMs - event.milliseconds)
        break
      case 'spent':
        this.#host(event.host).spent = event.milliseconds
        break
      case 'note':
      case 'waiting':
        this.#host(event.host).notes.push(event.text)
        break
      case 'plan':
        this.#plan(event)
        break
      case 'step':
        this.#step(event)
        break
      case 'error':
        this.#error(event.host ?? event.error.host, event.error)
        break
      case 'undo':
        this.#host(event.host).undo.push(...event.notes)
        break
      case 'host':
        Object.assign(this.#host(event.host), { summary: event.summary, trips: event.trips })
        break
      case 'recorded':
        this.#recorded(event)
        break
      case 'summary':
        for (const [host, summary] of Object.entries(event.hosts)) this.#host(host).summary = summary
        this.isWhole = true
        break
    }
  }

  /** Errors that ended everything before a run began. */
  refuse(errors: readonly ErrorData[]): void {
    for (const error of errors) this.#error(error.host, error)
    this.isWhole = true
  }

  #host(name: string): HostStory {
    const found = this.hosts.get(name) ?? {
      name,
      steps: new Map(),
      errors: [],
      notes: [],
      undo: [],
      trips: 0,
    }
    this.hosts.set(name, found)
    return found
  }

  #heard(name: string): void {
    const host = this.#host(name)
    host.beganMs ??= this.elapsedMs
    host.endedMs = this.elapsedMs
  }

  #plan({ host, steps, errors }: HostPlan): void {
    const { steps: known } = this.#host(host)
    for (const plan of steps) {
      const step = known.get(plan.name) ?? { name: plan.name, kept: [] }
      // A later look finds what is done by then as wanted: what was to change is told by the first.
      if (!step.plan?.changes.length || plan.changes.length > 0) step.plan = plan
      known.set(plan.name, step)
    }
    for (const error of errors) this.#error(host, error)
  }

  #step(event: RunEvent & { event: 'step' }): void {
    const { steps } = this.#host(event.host)
    const step = steps.get(event.step) ?? { name: event.step, kept: [] }
    steps.set(event.step, step)
    if (event.status === 'running') {
      step.beganMs ??= this.elapsedMs
      step.outcome ??= 'begun'
      return
    }
    step.endedMs = this.elapsedMs
    step.outcome = event.status
    if (event.milliseconds !== undefined) step.tookMs = event.milliseconds
    if (event.kept) step.kept = event.kept
  }

  /** The same error may stand in a plan and be told beside it. */
  #error(host: string | undefined, error: ErrorData): void {
    const errors = host === undefined ? this.errors : this.#host(host).errors
    const isSame = (other: ErrorData): boolean =>
      (['title', 'step', 'detail'] as const).every(key => other[key] === error[key]) &&
      other.where?.file === error.where?.file &&
      other.where?.line === error.where?.line
    if (!errors.some(isSame)) errors.push(error)
  }

  #recorded({ hosts, ...rest }: RunInFull): void {
    this.recorded ??= rest
    this.run ??= rest.run
    for (const { host: name, status, steps, errors } of hosts) {
      const host = this.#host(name)
      host.recorded = status
      host.errors.push(...errors.map(title => ({ code: 'failed', title }) as const))
      for (const { name: step, status: outcome, changes, diff, kept = [] } of steps)
        host.steps.set(step, {
          name: step,
          outcome,
          kept,
          plan: {
            name: step,
            status: 'change',
            changes: changes.map(([key, from, to]) => ({ key, from: from ?? undefined, to })),
            because: [],
            notes: [],
            ...(diff !== undefined && { diff }),
          },
        })
    }
  }
}
