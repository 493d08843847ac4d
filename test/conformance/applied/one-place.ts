/** Looks at states in which one place alone differs, by the shell of the resources: what each would do then. */
import { expect } from 'vitest'
import { desiredOf, type Step } from '../../../src/engine/step.ts'
import { quote } from '../../../src/shell/quote.ts'
import type { Host } from '../../hosts/host.ts'
import { type Asked, applyOf, askAll, lookOf, type Verdict, verdictOf } from '../by-shell.ts'

/** The steps of one resource, and a state of the host that is made for them. */
export interface Place {
  readonly type: string
  readonly place: string
  readonly steps: readonly Step[]
}

/** What each of the steps of a place would do. */
export interface Judged extends Place {
  readonly verdicts: readonly Verdict[]
}

async function verdicts(host: Host, asked: readonly Asked[]): Promise<readonly Verdict[]> {
  const said = await askAll(host, asked)
  return asked.map(({ step }, at) => {
    const heard = said[at]
    if (heard === undefined) throw new RangeError('nothing was said')
    return verdictOf(step, heard)
  })
}

/** Makes each of these states, and looks at it. */
export async function judged(host: Host, places: readonly Place[]): Promise<readonly Judged[]> {
  const asked = places.flatMap(({ place, steps }) =>
    steps.map((step, at) => ({ step, text: lookOf(step), ...(at === 0 && { before: place }) })),
  )
  const found = [...(await verdicts(host, asked))]
  return places.map(place => ({ ...place, verdicts: found.splice(0, place.steps.length) }))
}

/** Brings about what they would change. */
export async function mend(host: Host, places: readonly Judged[]): Promise<void> {
  const asked = places.flatMap(({ steps, verdicts }) =>
    verdicts.flatMap((verdict, at) => {
      const step = steps[at]
      return step && verdict.kind === 'change' ? [{ step, text: applyOf(step, verdict.change) }] : []
    }),
  )
  const said = await askAll(host, asked)
  expect(said.flatMap(({ code, stderr }, at) => (code === 0 ? [] : [asked[at]?.step.name, stderr]))).toEqual(
    [],
  )
}

/** Keys of these states that differ in none of the places by themselves, each with its step's name where there are several. */
export function neverAlone(places: readonly Judged[]): readonly string[] {
  const [first] = places
  if (first === undefined) return []
  return first.steps.flatMap((step, at) => {
    const alone = new Set(
      places.flatMap(({ verdicts }) => {
        const verdict = verdicts[at]
        if (verdict?.kind !== 'change') return []
        // What is not there has no other keys.
        const keys = verdict.change.keys.filter(({ from }) => from !== undefined)
        return keys.length === 1 ? keys.map(({ key }) => key) : []
      }),
    )
    const keys = Object.keys(desiredOf(step)).filter(key => !alone.has(key))
    return first.steps.length === 1 ? keys : keys.map(key => `${step.resource.type} ${key}`)
  })
}

/** Files that these steps own alone, emptied one at a time: those that nobody missed. */
export async function unmissed(host: Host, steps: readonly Step[]): Promise<readonly string[]> {
  const owned = steps.flatMap(step =>
    (step.resource.owns?.(step.params) ?? [])
      .filter(claim => /^path:(?!\/proc\/)[^#*]*[^/#*]$/.test(claim))
      .map(claim => ({ step, path: claim.slice('path:'.length) })),
  )
  const paths = owned.map(({ path }) => quote(path)).join(' ')
  const there = await host.read(
    `for each in ${paths}; do [ ! -f "$each" ] || [ -L "$each" ] || [ ! -s "$each" ] || echo "$each"; done`,
  )
  const emptied = owned.filter(({ path }) => there.split('\n').includes(path))
  const aside = '/run/by-shell/aside'
  const found = await verdicts(
    host,
    emptied.map(({ step, path }) => ({
      step,
      text: lookOf(step),
      before: `cp -a ${quote(path)} ${aside}; : >${quote(path)}`,
      after: `cp -a ${aside} ${quote(path)}`,
    })),
  )
  return emptied.flatMap(({ step, path }, at) =>
    found[at]?.kind === 'ok' ? [`${step.name} does not look at ${path}`] : [],
  )
}
