/** Directories above what a step writes, which it makes on its way: the plan names each of them, and just those. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordedStep } from '../../src/engine/record/recorded-step.ts'
import type { Step } from '../../src/engine/step.ts'
import { archive, checkout, command, directory, gitBare } from '../../src/index.ts'
import { planInOneTrip } from './one-trip.ts'
import { onEachShell, runHere, usePlace } from './shell-session.ts'

onEachShell(shell => {
  const { place, at } = usePlace()

  const folders = (): string[] =>
    readdirSync(place().folder, { recursive: true, withFileTypes: true })
      .filter(each => each.isDirectory())
      .map(each => join(each.parentPath, each.name))
  const planned = async (steps: readonly Step[]) => {
    const open = place().open(shell)
    try {
      return await planInOneTrip(open, place(), steps)
    } finally {
      open.session.close()
    }
  }

  test('are told once, by the step that comes first, and are what is there afterwards', async () => {
    const steps = [
      command({ run: 'true', unless: 'false' }),
      directory({ path: at('a/b/c'), mode: '0700' }),
      directory({ path: at('a/d/e') }),
      directory({ path: at('a/d/f') }),
      gitBare({ path: at('g/h/one.git') }),
      gitBare({ path: at('g/i/two.git') }),
    ]
    const plan = await planned(steps)
    const told = plan.map(each => each.plan.notes.filter(note => note.startsWith('makes ')))
    expect(told).toEqual([
      [],
      [`makes ${at('a')}, ${at('a/b')} as well, with mode 0755`],
      [`makes ${at('a/d')} as well, with mode 0755`],
      [],
      [`makes ${at('g')}, ${at('g/h')} as well, with mode 0755`],
      [`makes ${at('g/i')} as well, with mode 0755`],
    ])
    // Undone, the directory goes and these stay; of one that makes none, nothing is said.
    expect(plan.slice(1, 4).map(each => recordedStep(each).back)).toMatchObject([
      { params: { state: 'absent' }, stays: `${at('a')}, ${at('a/b')}, made on the way, stay` },
      { stays: `${at('a/d')}, made on the way, stays` },
      { params: { path: at('a/d/f'), state: 'absent' } },
    ])
    expect(recordedStep(plan[3] as never).back).not.toHaveProperty('stays')
    const before = folders()
    await runHere(place(), steps.slice(1), { shell })
    const made = folders().filter(
      each =>
        !before.includes(each) &&
        !/\.git(?:\/|$)/.test(each) &&
        !each.startsWith(at('run')) &&
        !each.startsWith(at('lib')),
    )
    expect(made.sort()).toEqual(['a', 'a/b', 'a/b/c', 'a/d', 'a/d/e', 'a/d/f', 'g', 'g/h', 'g/i'].map(at))
    expect(['a', 'a/b', 'a/d', 'g', 'g/h'].map(each => statSync(at(each)).mode & 0o777)).toEqual(
      Array(5).fill(0o755),
    )
  })

  test('are told of a checkout and of an archive too', async () => {
    const notes = (
      await planned([
        checkout({ url: at('none.git'), path: at('w/x/site'), branch: 'main' }),
        archive({ from: at('none.zip'), into: at('y/z/site'), creates: 'index.html' }),
      ])
    ).map(each => each.plan.notes)
    expect(notes).toEqual([
      [`makes ${at('w')}, ${at('w/x')} as well, with mode 0755`],
      [`makes ${at('y')}, ${at('y/z')} as well, with mode 0755`],
    ])
  })
})
