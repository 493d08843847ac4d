/** A directory that is not there is told by the plan, not found out by the apply half-way. */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { look } from '../../../src/engine/look/look.ts'
import { makePlan } from '../../../src/engine/plan/make-plan.ts'
import type { Step } from '../../../src/engine/step.ts'
import { command, directory, file, line, link, option } from '../../../src/index.ts'
import { onEachShell, runHere, usePlace } from '../../engine/shell-session.ts'

onEachShell(shell => {
  const { place, at } = usePlace()

  const inside = (folder: string): readonly Step[] => [
    file({ path: `${folder}/deeper/file`, content: 'text\n' }),
    file({ path: `${folder}/empty`, mode: '0600' }),
    link({ path: `${folder}/link`, to: 'file' }),
    option({ path: `${folder}/a.ini`, key: 'a', value: '1' }),
    option({ path: `${folder}/b.ini`, section: 's', key: 'a', value: '1' }),
    line({ path: `${folder}/lines`, line: 'one' }),
    line({ path: `${folder}/lines.more`, line: 'two' }),
  ]
  const planOf = async (steps: readonly Step[]) => {
    const { session } = place().open(shell)
    try {
      return makePlan('here', steps, await look(session, steps, { wantsDetail: true }))
    } finally {
      session.close()
    }
  }

  test('every step that would write below it is an error of the plan that says what to do', async () => {
    const planned = await planOf([...inside(at('none')), file({ path: at('none/gone'), state: 'absent' })])
    expect(planned.map(each => each.error?.title)).toEqual([
      ...inside(at('none')).map(
        step =>
          `${step.name}: there is no directory ${at('none')} on the host, and no step before this one makes it`,
      ),
      undefined,
    ])
    expect(planned[0]?.error?.next).toContain(`directory({ path: '${at('none')}' })`)
  })

  test('a file in the place of the directory is no directory', async () => {
    writeFileSync(at('plain'), '')
    const planned = await planOf([file({ path: at('plain/file'), content: 'x' })])
    expect(planned[0]?.error?.title).toContain(`there is no directory ${at('plain')} `)
  })

  test('an earlier step that makes it, or may make anything, lets the rest plan and apply', async () => {
    const steps = [directory({ path: at('made/deeper') }), ...inside(at('made'))]
    expect((await planOf(steps)).map(each => each.error)).toEqual(steps.map(() => undefined))
    expect((await runHere(place(), steps, { shell })).result?.status).toBe('ok')
    expect((await planOf(steps)).map(each => each.plan.status)).toEqual(steps.map(() => 'ok'))
    const free = [
      command({ run: `mkdir ${at('free')}`, creates: at('free') }),
      ...inside(at('free')).slice(1),
    ]
    expect((await planOf(free)).map(each => each.error)).toEqual(free.map(() => undefined))
  })

  test('a directory that is made does not make those below it', async () => {
    const planned = await planOf([
      directory({ path: at('made') }),
      directory({ path: at('made/beside') }),
      file({ path: at('made/file'), content: 'x' }),
      file({ path: at('made/below/it/file'), content: 'x' }),
      option({ path: at('made/beside/lower/a.ini'), key: 'a', value: '1' }),
      link({ path: at('linked'), to: 'elsewhere' }),
      file({ path: at('linked/anything/file'), content: 'x' }),
    ])
    expect(planned.flatMap(each => each.error?.title ?? [])).toEqual([
      expect.stringContaining(`there is no directory ${at('made/below')} on the host, and no step`),
      expect.stringContaining(`there is no directory ${at('made/beside/lower')} on the host, and no step`),
    ])
  })

  test('a step that makes it too late does not count', async () => {
    const planned = await planOf([
      file({ path: at('late/file'), content: 'x' }),
      directory({ path: at('late') }),
    ])
    expect(planned[0]?.error?.title).toContain(`there is no directory ${at('late')} `)
  })
})
