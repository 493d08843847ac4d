/** How many programs a change starts on a host: each costs about a millisecond there, more than all that is sent. */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { togetherFunctions } from '../../src/engine/together/together-shell.ts'
import { directory } from '../../src/resources/directory.ts'
import { file } from '../../src/resources/file.ts'
import { option } from '../../src/resources/option.ts'
import { quote } from '../../src/shell/quote.ts'
import { asIs, librariesOf, Place, parsed, shells } from './shells.ts'

const shell = shells.find(each => each.name === 'dash')
const programs =
  'awk cat chmod chown cmp cp du id ln lsattr mkdir mv od perl readlink rm rmdir sha256sum stat sync tail tr'

/** A place where every program that writes call writes its name down before it runs. */
function counted(): { readonly place: Place; readonly started: () => string[] } {
  const place = new Place(shell ?? { name: 'sh', argv: ['/bin/sh'] })
  onTestFinished(() => place.remove())
  const folder = join(place.root, 'programs')
  const log = join(place.root, 'started')
  mkdirSync(folder)
  for (const name of programs.split(' ')) {
    const real = execFileSync('sh', ['-c', 'command -v "$1" || true', 'sh', name], {
      encoding: 'utf8',
    }).trim()
    writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} >>'${log}'\nexec '${real}' "$@"\n`)
    chmodSync(join(folder, name), 0o755)
  }
  place.environment.PATH = `${folder}:${process.env.PATH ?? ''}`
  return {
    place,
    started() {
      const names = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
      rmSync(log, { force: true })
      // Who runs it is asked once a step.
      return names.filter(name => name !== 'id')
    },
  }
}

test.skipIf(shell === undefined)('a new file costs seven programs', () => {
  const { place, started } = counted()
  const params = parsed(file, { path: place.path('new.conf'), content: 'a\n', mode: '0644' })
  place.look(file.definition, params)
  expect(started()).toEqual([])
  expect(place.apply(file.definition, params)).toMatchObject({ code: 0 })
  const names = started().filter(name => name !== 'mkdir')
  expect(names).toEqual(['sha256sum', 'chmod', 'sync', 'mv', 'rmdir', 'sync'])
  place.look(file.definition, params)
  expect(started()).toEqual(['sha256sum', 'stat'])
})

test.skipIf(shell === undefined)(
  'a file that is replaced is looked at once more, and held by a second name where others may swap it',
  () => {
    const { place, started } = counted()
    const path = place.path('app.conf')
    const replaced = (content: string): string[] => {
      started()
      expect(place.apply(file.definition, parsed(file, { path, content }))).toMatchObject({ code: 0 })
      return started().filter(name => name !== 'mkdir')
    }
    writeFileSync(path, 'a\n')
    replaced('b\n')
    // The look of the plan comes first.
    const begun = ['sha256sum', 'stat', 'sha256sum', 'cp', 'stat', 'sync', 'stat']
    // Two names are swapped, and what gave way is looked at.
    const own = [...begun, 'perl', 'stat', 'rm', 'sync']
    expect(replaced('c\n')).toEqual(own)
    if (process.getuid?.() !== 0) return
    for (const each of [place.files, path]) chownSync(each, 1234, 1234)
    expect(replaced('d\n')).toEqual([
      ...begun.slice(0, 2),
      ...['ln', 'stat'],
      ...begun.slice(2),
      // What attackers could put there is never taken in: a second name of it is looked at, before and after.
      ...['ln', 'stat', 'mv', 'stat', 'rm', 'rmdir', 'sync'],
    ])
  },
)

test.skipIf(shell === undefined)('a new directory beside others costs one program', () => {
  const { place, started } = counted()
  const params = parsed(directory, { path: place.path('new'), mode: '0755' })
  expect(place.apply(directory.definition, params)).toMatchObject({ code: 0 })
  expect(started()).toEqual(['mkdir'])
})

test.skipIf(shell === undefined)('one more key of a file costs fewer than twenty programs', () => {
  const { place, started } = counted()
  const path = place.path('settings.ini')
  writeFileSync(path, '[a]\nfirst = 1\n')
  place.apply(option.definition, parsed(option, { path, section: 'a', key: 'first', value: '2' }))
  started()
  const params = parsed(option, { path, section: 'a', key: 'second', value: '1' })
  expect(place.apply(option.definition, params)).toMatchObject({ code: 0 })
  expect(started().length).toBeLessThan(20)
})

test.skipIf(shell === undefined)(
  'twenty new files cost two syncs and eight programs together, and ten keys of one file one write',
  () => {
    const { place, started } = counted()
    // biome-ignore lint/suspicious/noExplicitAny: params of two resources meet here.
    const together = (resource: any, all: readonly unknown[]): string[] => {
      const applies = all.map((params, index) => {
        const actual = place.look(resource, params)
        const keys = [{ key: 'state', from: actual.state, to: 'present' }]
        return `ops_apply_${index}=${quote(resource.apply({ actual, desired: {}, keys }, params)[0].shell)}`
      })
      started()
      const members = all.map((_, index) => index).join(' ')
      const text = `${applies.join('\n')}\nops_group_at=0; ops_do_members ${members}`
      const libraries = `${librariesOf(resource)}\n${togetherFunctions}`
      expect(place.execute(asIs(text), { libraries })).toMatchObject({ code: 0, stderr: '' })
      return started()
    }
    const numbers = Array.from({ length: 20 }, (_, index) => index)
    const names = together(
      file.definition,
      numbers.map(each => parsed(file, { path: place.path(`f${each}`), content: `${each}`, mode: '0644' })),
    )
    // Where there is no perl, each takes its name by a `mv` of its own.
    expect(names.filter(name => name !== 'mkdir')).toEqual([
      'stat',
      'sha256sum',
      'chmod',
      'stat',
      'sync',
      'perl',
      'rmdir',
      'sync',
    ])
    const keys = together(
      option.definition,
      numbers
        .slice(10)
        .map(each => parsed(option, { path: place.path('a.ini'), key: `k${each}`, value: 'v' })),
    )
    // Once for the file, once to prove that nothing of it was lost on the way.
    expect(keys.filter(name => name === 'awk')).toHaveLength(2)
    expect(keys.filter(name => name === 'sync')).toHaveLength(2)
    expect(keys.length).toBeLessThan(15)
  },
)
