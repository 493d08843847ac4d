/** An edit by somebody else while a step works on the same file: it is never overwritten without a word. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { togetherFunctions } from '../../../src/engine/together/together-shell.ts'
import { file } from '../../../src/resources/file.ts'
import { line } from '../../../src/resources/line.ts'
import { option } from '../../../src/resources/option.ts'
import { quote } from '../../../src/shell/quote.ts'
import { asIs, librariesOf, Place, parsed, shells } from '../shells.ts'

const edits = [
  ['writes into it', (path: string) => `printf 'a=9\\n' >'${path}'`],
  [
    'puts another one in its place',
    (path: string) => `printf 'a=9\\n' >'${path}.new'; mv '${path}.new' '${path}'`,
  ],
] as const
const refused = {
  code: 95,
  stderr: expect.stringContaining('somebody else changed it meanwhile; nothing was changed'),
}

describe.each(shells)('a file that somebody edits meanwhile, on $name', shell => {
  let place: Place
  let path: string
  let path0: string
  beforeEach(() => {
    place = new Place(shell)
    path = place.path('edited')
    path0 = place.environment.PATH ?? process.env.PATH ?? ''
    writeFileSync(path, 'a=1\n')
  })
  afterEach(() => place.remove())

  test.each(edits)('is not overwritten when they %s after the last look', (_title, edit) => {
    const content = 'new'
    const apply = (target: string) =>
      place.apply(file.definition, parsed(file, { path: target, content, validate: `${edit(target)}; : %s` }))
    expect(apply(path)).toMatchObject(refused)
    expect(readFileSync(path, 'utf8')).toBe('a=9\n')
    // One that was not there at all.
    const made = place.path('made')
    expect(apply(made)).toMatchObject(refused)
    expect(readFileSync(made, 'utf8')).toBe('a=9\n')
    expect(readdirSync(place.files).sort()).toEqual(['edited', 'made'])
    expect(place.apply(file.definition, parsed(file, { path, content }))).toMatchObject({ code: 0 })
  })

  /** Before the first of these programs does its work, the edit is made: as late as can be. */
  const editing = (edit: string, programs: readonly string[]): void => {
    const folder = join(place.root, 'programs')
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    const flag = join(folder, 'edited')
    for (const program of programs) {
      const real = execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
      const once = `[ -e ${flag} ] || { : >${flag}; ${edit}; }`
      writeFileSync(join(folder, program), `#!/bin/sh\n${once}\nexec ${real} "$@"\n`, { mode: 0o755 })
    }
    place.environment.PATH = `${folder}:${path0}`
  }
  const done = (): void => {
    place.environment.PATH = path0
  }
  const steps = (at: string) =>
    [
      ['file', file.definition, parsed(file, { path: at, content: 'new' })],
      ['option', option.definition, parsed(option, { path: at, key: 'a', value: '2' })],
      ['line', line.definition, parsed(line, { path: at, line: 'two' })],
      ['removal', file.definition, parsed(file, { path: at, state: 'absent' })],
    ] as const

  // The shell of busybox runs its own programs, whatever the PATH says.
  describe.skipIf(shell.name === 'busybox').each(edits)('when they %s', (_title, edit) => {
    test.each(['sync', 'perl mv'])('right before %s, it is not overwritten by any step', programs => {
      for (const [name, resource, params] of steps(path)) {
        // A removal syncs nothing before it.
        if (name === 'removal' && programs === 'sync') continue
        writeFileSync(path, 'a=1\n')
        editing(edit(path), programs.split(' '))
        expect([name, place.apply(resource, params)]).toMatchObject([name, refused])
        expect(readFileSync(path, 'utf8')).toBe('a=9\n')
        done()
        expect([name, place.apply(resource, params)]).toMatchObject([name, { code: 0 }])
        expect(readdirSync(place.files)).toEqual(name === 'removal' ? [] : ['edited'])
      }
    })

    test('a file that appears in the last moment is not overwritten', () => {
      const made = place.path('made')
      editing(edit(made), ['mv'])
      expect(place.apply(file.definition, parsed(file, { path: made, content: 'new' }))).toMatchObject(
        refused,
      )
      expect(readFileSync(made, 'utf8')).toBe('a=9\n')
    })
  })

  test.skipIf(shell.name === 'busybox')(
    'what gives way on a host that cannot swap two names is kept, and told',
    () => {
      // A perl that does nothing stands for a host without one.
      editing(edits[0][1](path), ['mv'])
      writeFileSync(join(place.root, 'programs/perl'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      const { code, stderr } = place.apply(file.definition, parsed(file, { path, content: 'new' }))
      expect(readFileSync(path, 'utf8')).toBe('new')
      const kept = /in the moment in which it was replaced; what gave way is (\S+)/.exec(stderr)?.[1]
      expect([code, kept && readFileSync(kept, 'utf8')]).toEqual([0, 'a=9\n'])
    },
  )

  // The shell of busybox has a sync of its own.
  test.skipIf(shell.name === 'busybox').each(['sync', 'perl'])(
    'right before %s, is not overwritten where it is one of several that are written as one: those before it are, those after it are not touched',
    program => {
      const paths = [place.path('one'), path, place.path('three')]
      const texts = paths.map(each => {
        const params = parsed(file, { path: each, content: 'new' })
        const actual = place.look(file.definition, params)
        const keys = [{ key: 'content', from: '', to: '' }]
        return file.definition.apply?.({ actual, desired: {}, keys }, params)[0]?.shell ?? ''
      })
      editing(`printf 'a=9\\n' >'${path}'`, [program])
      const applies = texts.map((text, index) => `ops_apply_${index}=${quote(text)}`).join('\n')
      const done = place.execute(asIs(`${applies}\nops_group_at=0; ops_do_members 0 1 2`), {
        libraries: `${librariesOf(file.definition)}\n${togetherFunctions}`,
      })
      expect(done).toMatchObject(refused)
      expect(readFileSync(join(place.run, 'reached'), 'utf8')).toBe('1\n')
      expect(readFileSync(place.path('one'), 'utf8')).toBe('new')
      expect(readFileSync(path, 'utf8')).toBe('a=9\n')
      expect(readdirSync(place.files).sort()).toEqual(['edited', 'one'])
    },
  )

  test('is not overwritten when the edit came between the look and the change', () => {
    const params = parsed(file, { path, content: 'new' })
    const desired = file.definition.desired(params)
    const actual = place.look(file.definition, params)
    const change = { actual, desired, keys: [{ key: 'content', from: '', to: '' }] }
    const [text] = file.definition.apply?.(change, params) ?? []
    const go = () => place.execute(text ?? asIs('false'), { libraries: librariesOf(file.definition) })
    writeFileSync(path, 'a=2\n')
    expect(go()).toMatchObject(refused)
    expect(readFileSync(path, 'utf8')).toBe('a=2\n')
    writeFileSync(path, 'a=1\n')
    expect(go()).toMatchObject({ code: 0 })
  })
})
