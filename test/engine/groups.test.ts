/** Which neighbouring steps of a plan are one act. */
import { expect, test } from 'vitest'
import { makePlan } from '../../src/engine/plan/make-plan.ts'
import type { Step } from '../../src/engine/step.ts'
import { canJoin, groupAt } from '../../src/engine/together/together.ts'
import { apt } from '../../src/resources/apt.ts'
import { file } from '../../src/resources/file.ts'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** The sizes of the groups of a plan, where each step observed this. */
function sizesOf(steps: readonly Step[], seen: readonly string[]): readonly number[] {
  const nothing = steps.map(() => '')
  const observations = seen.map(text => ({ bytes: Buffer.from(text), code: 0 }))
  const planned = makePlan('host', steps, { observations, details: nothing, complaints: nothing })
  expect(planned.filter(each => each.error)).toEqual([])
  const sizes: number[] = []
  for (let at = 0; at < planned.length; at += sizes.at(-1) ?? 1)
    sizes.push(Math.max(1, groupAt(planned, at, 0, canJoin).length))
  return sizes
}

test('two hundred packages that are asked for as two hundred steps are one', () => {
  const steps = numbers(200).map(each => apt({ packages: [`ops-${each}`] }))
  const seen = numbers(200).map(each => `dpkg run=complete\nops-${each}=absent\n`)
  expect(sizesOf(steps, seen)).toEqual([200])
})

test('of files with a validator at most ten are one, as each may take the time of a step', () => {
  const steps = numbers(25).map(each => file({ path: `/etc/f${each}`, content: 'x', validate: 'true' }))
  expect(
    sizesOf(
      steps,
      numbers(25).map(() => 'kind=absent\n'),
    ),
  ).toEqual([10, 10, 5])
})
