/** Runs of the built program that a test reads whole: what they told, by its events. */
import type { RunEvent } from '../../src/run/events.ts'
import type { Folder, Outcome } from '../cli/run-ops.ts'

export interface Told extends Outcome {
  readonly events: readonly RunEvent[]
}

/** `ops VERB --json WORD...` in a folder, to its end. */
export async function toldOps(folder: Folder, [verb = '', ...words]: readonly string[]): Promise<Told> {
  const outcome = await folder.ops([verb, '--json', ...words])
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
