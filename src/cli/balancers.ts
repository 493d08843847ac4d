/** Balancers that steps of a run name: hosts of it, or others that have to be reached as well. */
import { type ErrorData, inputError } from '../base/errors.ts'
import { stepsSoFar } from '../engine/across/asks-of.ts'
import { aroundsOf } from '../engine/across/drain.ts'
import type { Evaluate } from '../engine/plan/plan-host.ts'
import type { SelectedHost } from '../inventory/select.ts'
import { collected } from './collected.ts'
import type { CommonSettings } from './flags.ts'
import { type Chosen, chooseReachable } from './targets.ts'

/** By the word that names it in a step; what is wrong is added to `errors`. */
export async function balancersOf(
  evaluations: ReadonlyMap<SelectedHost, Evaluate>,
  chosen: Chosen,
  settings: CommonSettings,
  errors: ErrorData[],
): Promise<ReadonlyMap<string, SelectedHost>> {
  const words = new Set<string>()
  for (const evaluate of evaluations.values()) {
    const steps = await stepsSoFar(await evaluate(), evaluate)
    for (const { on } of aroundsOf(steps ?? [])) words.add(on)
  }
  const found = new Map<string, SelectedHost>()
  const { limitTo: _all, ...rest } = settings
  for (const word of words) {
    const meant = await collected(errors, () => chooseReachable([word], rest))
    const [host, ...others] = meant?.hosts ?? []
    if (host === undefined) continue
    if (others.length > 0)
      errors.push(
        inputError(`drain on ${word}: that means ${others.length + 1} hosts`, {
          next: 'Write a step for each balancer.',
        }).data,
      )
    found.set(
      word,
      chosen.hosts.find(each => each.name === host.name || each.address === host.address) ?? host,
    )
  }
  return found
}
