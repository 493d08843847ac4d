/** What each host is doing at this moment: the data behind the live view and the signs of life. */
import type { RunEvent } from '../run/events.ts'
import { progressText } from './job-text.ts'
import { afterRedraws, printableLine } from './printable.ts'

export interface RunningRow {
  readonly host: string
  /** The running step, or what else the host is at. */
  readonly step: string
  readonly elapsedMs: number
  /** Where the running step stands in the plan. */
  readonly position?: { readonly at: number; readonly of: number }
  /** The last line that the step printed; safe to print, empty when there is none. */
  readonly last: string
}

interface HostState {
  step: string
  since: number
  last: string
  /** Names of the plan's steps, in order. */
  plan: readonly string[]
}

/** Listens to events and knows what runs where. Times come from `now`, in milliseconds. */
export class RunningSteps {
  readonly #now: () => number
  readonly #hosts = new Map<string, HostState>()
  #total = 0
  #finished = 0
  #failed = 0
  readonly #start: number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#start = now()
  }

  hear(event: RunEvent): void {
    switch (event.event) {
      case 'run':
        this.#total = event.hosts.length
        return
      case 'connected':
        this.#at(event.host, 'looking at the host')
        return
      case 'facts':
      case 'kept':
        this.#at(event.host, 'looking at the host')
        return
      case 'plan': {
        this.#at(event.host, 'planned').plan = event.steps.map(step => step.name)
        return
      }
      case 'waiting':
        this.#at(event.host, event.text)
        return
      case 'step':
        if (event.status === 'running') this.#at(event.host, event.step)
        else if (this.#hosts.get(event.host)?.step === event.step) this.#at(event.host, 'looking at the host')
        return
      case 'output': {
        const state = this.#hosts.get(event.host)
        const line = event.text.split('\n').findLast(each => each.trim() !== '')
        if (state && line !== undefined) state.last = printableLine(afterRedraws(line).trim())
        return
      }
      case 'progress':
        this.#at(event.source, event.title).last = progressText(event)
        return
      case 'job-end':
        this.#hosts.delete(event.source)
        this.#finished++
        if (event.status !== 'ok') this.#failed++
        return
      case 'host':
        this.#hosts.delete(event.host)
        this.#finished++
        if (event.summary.status !== 'ok' && event.summary.status !== 'drift') this.#failed++
        return
      default:
    }
  }

  /** Hosts that are at something, the longest running first. */
  rows(): readonly RunningRow[] {
    const now = this.#now()
    return [...this.#hosts]
      .map(([host, { step, since, last, plan }]) => {
        const index = plan.indexOf(step)
        const position = index < 0 ? {} : { position: { at: index + 1, of: plan.length } }
        return { host, step, elapsedMs: now - since, last, ...position }
      })
      .sort((one, other) => other.elapsedMs - one.elapsedMs)
  }

  /** How far the whole run is. */
  progress(): { hosts: number; finished: number; failed: number; elapsedMs: number } {
    return {
      hosts: this.#total,
      finished: this.#finished,
      failed: this.#failed,
      elapsedMs: this.#now() - this.#start,
    }
  }

  #at(host: string, step: string): HostState {
    const state = this.#hosts.get(host)
    if (state === undefined) {
      const fresh: HostState = { step, since: this.#now(), last: '', plan: [] }
      this.#hosts.set(host, fresh)
      return fresh
    }
    if (state.step !== step) Object.assign(state, { step, since: this.#now(), last: '' })
    return state
  }
}
