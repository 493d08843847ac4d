import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/engine/step.ts'
import { lacking } from '../needs.ts'
import { item, manyItem } from './item.ts'
import { makePlace, type Place, runHere, shells } from './shell-session.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const absent = '(absent)'

/** A small generator of repeatable random numbers (mulberry32), so that a failing seed can be run again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Steps over a few files: some write another file as a declared side effect, some read one, some fail. */
function randomSteps(place: Place, random: (below: number) => number): Step[] {
  const at = (name: string) => join(place.folder, name)
  const order = names.filter(() => random(4) > 0).sort(() => random(3) - 1)
  return order.map(name => {
    const other = at(names[random(names.length)] ?? 'a')
    const value = String(random(3))
    // Neighbours of the second kind are done together.
    const make = random(4) === 0 ? item : manyItem
    const effect = random(4)
    if (effect === 0)
      return make({ path: at(name), value, also: `echo ${random(3)} > ${other}`, moves: [other] })
    if (effect === 1) return make({ path: at(name), value, reads: [other] })
    if (effect === 2 && random(5) === 0) return make({ path: at(name), value, instead: 'exit 1' })
    return make({ path: at(name), value })
  })
}

const rounds = Object.entries({ dash: 60, bash: 20, busybox: 20 }).filter(([shell]) => !lacking(shell))

describe.each(rounds)('on %s', (shell, rounds) => {
  test.each(Array.from({ length: rounds }, (_, seed) => seed))(
    'what the plan called ok is never touched by the apply (seed %i)',
    async seed => {
      expect(Object.keys(shells)).toContain(shell)
      const place = makePlace()
      try {
        const random = randomFrom(seed * 7919 + shell.length)
        const paths = names.map(name => join(place.folder, name))
        for (const path of paths) if (random(2) === 0) writeFileSync(path, `${random(3)}\n`)
        const state = () => paths.map(path => (existsSync(path) ? readFileSync(path, 'utf8') : absent))
        const before = state()
        const steps = randomSteps(place, random)
        const run = await runHere(place, steps, { shell })
        const after = state()
        for (const [index, path] of paths.entries()) {
          const planned = run.planned.find(each => each.step.name.endsWith(` ${path}`))
          if (planned?.plan.status === 'ok') expect([path, after[index]]).toEqual([path, before[index]])
        }
        if (run.result?.status === 'ok') {
          const again = await runHere(place, steps, { shell })
          expect({ status: again.planned.map(each => each.plan.status), trips: again.trips }).toEqual({
            status: steps.map(() => 'ok'),
            trips: 1,
          })
        }
      } finally {
        place.remove()
      }
    },
  )
})
