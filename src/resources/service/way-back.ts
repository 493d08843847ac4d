/** What brings a unit back to what it did before a step. */
import type { KeyChange } from '../../engine/resource.ts'
import type { WayBack } from '../../engine/way-back.ts'

/** Stopped and off where it was; what ran on before loads what is put back by then. */
export function serviceWayBack(
  keys: readonly KeyChange[],
  given: { readonly unit: string; readonly running?: boolean | undefined } & Readonly<
    Record<string, unknown>
  >,
): WayBack {
  const of = (key: string) => keys.find(each => each.key === key)
  const [running, enabled] = [of('running'), of('enabled')]
  const wasOn = ({ to }: KeyChange) => to !== 'yes'
  const { unit, onChange, follows, check, listens, proof, settleSeconds } = given
  const left = Object.fromEntries([running, enabled].flatMap(each => (each ? [[each.key, each.to]] : [])))
  const atBoot = enabled && { enabled: wasOn(enabled) }
  if (running?.to === 'yes') return { params: { unit, running: false, ...atBoot }, left }
  const runs = running ? { running: true } : given.running === undefined ? {} : { running: given.running }
  const loads = runs.running === false ? {} : { follows, onChange, check, listens, proof, settleSeconds }
  return { params: { unit, ...runs, ...atBoot, ...loads }, left, isLast: true }
}
