/** Gathers what a run tells, and writes it down on this machine: as it begins to change each host, and at its end. */
import { opsVersion } from '../../base/version.ts'
import type { RunEvent } from '../../run/events.ts'
import { lockHolder } from '../../run/lock-holder.ts'
import type { PlanStep } from '../../run/plan.ts'
import type { DoneStep, HostOfRun, RunState } from '../../run/run-history.ts'
import type { RunName } from '../../run/run-id.ts'
import { pruneRuns, storeRun } from './stored-runs.ts'

const longestDiff = 20_000

interface Begun extends RunName {
  readonly purpose: string
  /** Without secrets. */
  readonly params: Readonly<Record<string, unknown>>
}

interface HostSoFar {
  /** Steps of the plan by name: there may be thousands. */
  planned: ReadonlyMap<string, PlanStep>
  /** Balancers that it is behind. */
  behind: readonly string[]
  status: RunState
  readonly steps: Map<string, DoneStep>
  readonly errors: string[]
  /** Steps that failed before they changed anything. */
  readonly refused: Set<string>
}

/** Takes events without secrets. A record that cannot be written never fails the run: `problem` says so, at its end. */
export class RunRecorder {
  readonly #begun: Begun
  readonly #who: string
  readonly #hosts = new Map<string, HostSoFar>()
  #isWritten = false
  #isThere = false
  /** What is missing on this machine, and why, as a sentence. */
  problem: string | undefined

  constructor(begun: Begun) {
    this.#begun = begun
    this.#who = lockHolder(begun.purpose).replace(/ since .*/s, '')
  }

  take(event: RunEvent): void {
    if (event.event === 'run') for (const host of event.hosts) this.#host(host)
    if (event.event === 'plan') {
      const host = this.#host(event.host)
      host.planned = new Map(event.steps.map(each => [each.name, each]))
      host.behind = event.steps.flatMap(({ name }) => /(?:^|: )drain (.+)$/.exec(name)?.[1] ?? [])
    }
    if (event.event === 'error') {
      const host = this.#host(event.host ?? event.error.host ?? '')
      host.errors.push(event.error.title)
      if (event.error.changed === 'no' && event.error.step !== undefined) host.refused.add(event.error.step)
    }
    if (event.event === 'host') this.#host(event.host).status = event.summary.status
    if (event.event === 'step') this.#step(event)
  }

  /** Nothing more comes. A run that changed nothing where nothing was wrong, or was declined, would push out those that did. */
  end(): void {
    const hasChanged = this.#isWritten
    const isDull = [...this.#hosts.values()].every(
      ({ status, errors }) => errors.length === 0 && (status === 'ok' || status === 'drift'),
    )
    if (isDull && !hasChanged) return
    this.#write(new Date().toISOString())
    try {
      pruneRuns(hasChanged)
    } catch (error) {
      this.problem ??= `Old runs are not taken away on this machine: ${String(error)}`
    }
  }

  #host(name: string): HostSoFar {
    const found = this.#hosts.get(name) ?? {
      planned: new Map(),
      behind: [],
      status: 'unknown',
      steps: new Map(),
      errors: [],
      refused: new Set(),
    }
    this.#hosts.set(name, found)
    return found
  }

  #step(event: RunEvent & { event: 'step' }): void {
    const { steps, planned } = this.#host(event.host)
    const { step: name, status } = event
    if (status === 'ok' || status === 'skipped') return
    const kept = 'kept' in event ? event.kept : undefined
    const on = 'on' in event ? event.on : undefined
    const before = steps.get(name)
    const isKept = kept ?? before?.kept
    const isFirst = steps.size === 0
    steps.set(name, {
      ...done(name, planned.get(name)),
      status: status === 'running' ? 'begun' : status,
      ...(isKept && { kept: isKept }),
      ...(on !== undefined && { on }),
    })
    // From here on a killed run is known to have begun here.
    if (isFirst) this.#write()
  }

  #write(endedAt?: string): void {
    this.#isWritten = true
    const all = [...this.#hosts].map(([host, { status, steps, errors, behind, refused }]): HostOfRun => {
      const done = [...steps.values()].map(step =>
        step.status === 'failed' && refused.has(step.name) ? { ...withoutDiff(step), changes: [] } : step,
      )
      // While it runs it is written once for each host: without diffs that stays cheap with hundreds of them.
      return {
        host,
        status,
        errors,
        steps: endedAt === undefined ? done.map(withoutDiff) : done,
        ...(behind.length > 0 && { behind }),
      }
    })
    const store = (hosts: readonly HostOfRun[]): void => {
      storeRun({
        format: 1,
        ...this.#begun,
        ...(endedAt !== undefined && { endedAt }),
        who: this.#who,
        version: opsVersion(),
        hosts: hosts.filter(({ host }) => host !== ''),
      })
      this.#isThere = true
      this.problem = undefined
    }
    try {
      store(all)
    } catch (error) {
      this.problem = notStored(this.#isThere, error)
      if (endedAt !== undefined) this.#storeShort(() => store(all.map(withoutDiffs)))
    }
  }

  /** How it ended fits where its diffs do not. */
  #storeShort(store: () => void): void {
    try {
      store()
    } catch {
      // The first error says why.
      return
    }
    this.problem = 'The diffs of this run are not written down on this machine: there is too little room.'
  }
}

function notStored(isThere: boolean, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error)
  return isThere
    ? `How this run ended is not written down on this machine, and \`ops history\` shows it as cut off: ${why}`
    : `This run is not written down on this machine: ${why}`
}

function withoutDiffs({ steps, ...host }: HostOfRun): HostOfRun {
  return { ...host, steps: steps.map(withoutDiff) }
}

function withoutDiff({ diff: _diff, ...step }: DoneStep): DoneStep {
  return step
}

function done(name: string, planned: PlanStep | undefined): Omit<DoneStep, 'status'> {
  const diff = planned?.diff
  const cut = diff !== undefined && diff.length > longestDiff
  return {
    name,
    changes: (planned?.changes ?? []).map(({ key, from, to }) => [key, from ?? null, to]),
    ...(diff !== undefined && { diff: cut ? `${diff.slice(0, longestDiff)}\n(cut)\n` : diff }),
  }
}
