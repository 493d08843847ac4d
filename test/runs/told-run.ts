/** Runs of the built program that a test reads whole: what they told, by its events. */
import { expect } from 'vitest'
import { planCounts } from '../../src/report/plan-text.ts'
import { countsText } from '../../src/report/summary-text.ts'
import type { RunEvent } from '../../src/run/events.ts'
import type { Folder, Outcome } from '../cli/run-ops.ts'

export interface Told extends Outcome {
  readonly events: readonly RunEvent[]
}

/** `ops VERB --json WORD...` in a folder, to its end. */
export async function toldOps(folder: Folder, [verb = '', ...words]: readonly string[]): Promise<Told> {
  const outcome = await folder.answer([verb, '--json', ...words])
  const lines = outcome.stdout.split('\n').filter(line => line !== '')
  return { ...outcome, events: lines.map(line => JSON.parse(line)) }
}

export function summaryOf({ events, stdout, stderr }: Told) {
  const last = events.at(-1)
  if (last?.event !== 'summary') throw new Error(`the run told no summary: ${stdout}${stderr}`)
  return last
}

export const errorsOf = ({ events }: Told) =>
  events.flatMap(event => (event.event === 'error' ? [event.error] : []))

/** Each step of a planned host counts once, and whoever only looks is told the same above the plan and below it. */
export function expectEachStepOnce(told: Told): void {
  const verb = told.events.flatMap(event => (event.event === 'run' ? [event.verb] : []))[0] ?? ''
  const plans = new Map(
    told.events.flatMap(event => (event.event === 'plan' ? [[event.host, event.steps] as const] : [])),
  )
  for (const [host, summary] of Object.entries(summaryOf(told).hosts)) {
    const steps = plans.get(host)
    if (!steps) continue
    // What an undo leaves is no step of its own.
    const { left: _left, ...ofSteps } = summary
    const { status: _status, ...counts } = ofSteps
    const each = Object.values(counts)
    expect({ host, sum: each.reduce((sum, count) => sum + count, 0) }).toEqual({ host, sum: steps.length })
    expect(Math.min(...each)).toBeGreaterThanOrEqual(0)
    if (verb !== 'apply') expect(countsText(verb, ofSteps) || 'no steps').toBe(planCounts(steps))
  }
}
