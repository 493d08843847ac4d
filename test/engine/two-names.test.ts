/** Steps that name one thing in two ways are an error of the plan, whichever link leads from one name to the other. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PlannedStep } from '../../src/engine/plan/planned-step.ts'
import type { Step } from '../../src/engine/step.ts'
import { command, directory, file, line, link } from '../../src/index.ts'
import { item } from './item.ts'
import { planInOneTrip } from './one-trip.ts'
import { makePlace, type OpenShell, onEachShell, type Place, runHere } from './shell-session.ts'

onEachShell(shell => {
  let place: Place
  let at: (name: string) => string
  let open: OpenShell | undefined
  beforeEach(() => {
    place = makePlace()
    at = name => join(place.folder, name)
    mkdirSync(at('real'))
    symlinkSync('real', at('link'))
  })
  afterEach(() => {
    open?.session.close()
    open = undefined
    place.remove()
  })

  const planOf = (...steps: Step[]): Promise<readonly PlannedStep[]> => {
    open ??= place.open(shell)
    return planInOneTrip(open, place, steps)
  }
  /** Without the folder of the test. */
  const errorsOf = async (...steps: Step[]) =>
    (await planOf(...steps)).flatMap(({ error }) =>
      error ? [error.title.replaceAll(`${place.folder}/`, '')] : [],
    )
  const content = (path: string, text = 'a\n') => file({ path: at(path), content: text })

  test('one file by two ways is told with the link, whatever the steps are and whether it is there', async () => {
    const why = '(link is real)'
    const two = [content('real/f'), line({ path: at('link/f'), line: 'b' })]
    expect(await errorsOf(...two)).toEqual([`file real/f and line link/f b are one file on this host ${why}`])
    expect(await errorsOf(...two.reverse())).toEqual([
      `line link/f b and file real/f are one file on this host ${why}`,
    ])
    const far = [content('link/new/f', 'b\n'), content('real/new/f')]
    expect(await errorsOf(directory({ path: at('link/new') }), ...far)).toEqual([
      'file link/new/f and file real/new/f are one path on this host (link/new is real/new)',
    ])
    expect(
      await errorsOf(
        directory({ path: at('real'), mode: '0700' }),
        directory({ path: at('link'), mode: '0755' }),
      ),
    ).toEqual(['directory real and directory link are one directory on this host (link is real)'])
    // Lines of one file are written from what is there: named in two ways, nobody would see that they are one.
    expect(
      await errorsOf(line({ path: at('real/f'), line: 'a' }), line({ path: at('link/f'), line: 'b' })),
    ).toHaveLength(1)
    const [, second] = await planOf(content('real/f'), content('link/f', 'b\n'))
    expect(second?.error).toMatchObject({ changed: 'no', step: `file ${at('link/f')}` })
    expect(second?.error?.next).toContain(`such as ${at('real/f')}`)
  })

  test('a file that is a link itself is what it leads to, and the link as such is not', async () => {
    writeFileSync(at('real/f'), 'a\n')
    symlinkSync('real/f', at('g'))
    expect(await errorsOf(content('g'), line({ path: at('real/f'), line: 'b' }))).toEqual([
      'file g and line real/f b are one file on this host (g is real/f)',
    ])
    const fine = [link({ path: at('g'), to: 'real/f' }), content('real/f'), content('real/g', 'b\n')]
    expect(await errorsOf(...fine)).toEqual([])
    expect((await runHere(place, fine, { shell })).result?.status).toBe('ok')
  })

  test('what one step removes, another does not want below it by another name', async () => {
    writeFileSync(at('real/f'), 'a\n')
    const gone = directory({ path: at('real'), state: 'absent', recursive: true })
    const run = await planOf(content('link/f'), gone)
    expect(run[1]?.error?.title).toBe(
      `file ${at('link/f')} lies in what directory ${at('real')} removes on this host (${at('link')} is ${at('real')})`,
    )
    // Both away is no fight.
    const both = [file({ path: at('link/f'), state: 'absent' }), gone]
    expect(await errorsOf(...both)).toEqual([])
    const names = [
      file({ path: at('link/f'), state: 'absent' }),
      file({ path: at('real/f'), state: 'absent' }),
    ]
    expect(await errorsOf(...names)).toEqual([])
    expect((await runHere(place, names, { shell })).result?.status).toBe('ok')
    expect((await runHere(place, both, { shell })).result?.status).toBe('ok')
    expect(existsSync(at('real'))).toBe(false)
  })

  test('a link that the run makes counts as if it were there, and one that it moves as it will be', async () => {
    const made = link({ path: at('current'), to: 'real' })
    const why = `(current leads to real once link current is done)`
    expect(await errorsOf(made, content('current/f'), content('real/f', 'b\n'))).toEqual([
      `file current/f and file real/f are one path on this host ${why}`,
    ])
    expect((await runHere(place, [made, content('current/f')], { shell })).result?.status).toBe('ok')
    expect(readFileSync(at('real/f'), 'utf8')).toBe('a\n')
    mkdirSync(at('next'))
    const moved = link({ path: at('current'), to: 'next' })
    const steps = [moved, content('current/f', 'new\n'), content('real/f', 'old\n')]
    expect(await errorsOf(...steps)).toEqual([])
    expect((await runHere(place, steps, { shell })).result?.status).toBe('ok')
    expect([readFileSync(at('next/f'), 'utf8'), readFileSync(at('real/f'), 'utf8')]).toEqual([
      'new\n',
      'old\n',
    ])
  })

  test('what may be moved under another name is not called ok, and alike names are planned as ever', async () => {
    writeFileSync(at('real/f'), 'a\n')
    const steps = [item({ path: at('x'), value: '1', redirects: [`${at('real')}/`] }), content('link/f')]
    const [, second] = await planOf(...steps)
    expect([second?.plan.status, second?.plan.because]).toEqual(['may-change', [`item ${at('x')}`]])
    const alike = [directory({ path: at('link') }), content('link/f'), content('link/g')]
    expect((await planOf(...alike)).map(({ plan, error }) => [plan.status, error])).toEqual([
      ['ok', undefined],
      ['ok', undefined],
      ['change', undefined],
    ])
  })

  test('where a link came to be during the run, the step that wrote the same file is named', async () => {
    const make = command({ run: `ln -s real '${at('late')}'`, creates: at('late') })
    const errors = async (...steps: Step[]) =>
      (await runHere(place, steps, { shell })).result?.errors.map(({ title }) =>
        title.replaceAll(`${place.folder}/`, ''),
      )
    const one = 'if a symbolic link makes them one, or by somebody else'
    expect(await errors(make, content('late/f'), content('real/f', 'b\n'))).toEqual([
      `file real/f was changed while it was prepared: by file late/f, ${one}`,
    ])
    rmSync(at('late'))
    expect(await errors(make, content('late/f'), line({ path: at('real/f'), line: 'b' }))).toEqual([
      'file late/f was undone by line real/f b',
    ])
    rmSync(at('late'))
    rmSync(at('real/f'))
    expect(await errors(make, content('late/f'), line({ path: at('real/f'), line: 'b' }))).toEqual([
      `file late/f was changed during the run: by line real/f b, ${one}`,
    ])
  })
})
