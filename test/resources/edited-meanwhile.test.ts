/** An edit by somebody else while a step works on the same file: it is never overwritten without a word. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { togetherFunctions } from '../../src/engine/together-shell.ts'
import { file } from '../../src/resources/file.ts'
import { line } from '../../src/resources/line.ts'
import { option } from '../../src/resources/option.ts'
import { quote } from '../../src/shell/quote.ts'
import { asIs, librariesOf, Place, parsed, shells } from './shells.ts'

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
  beforeEach(() => {
    place = new Place(shell)
    path = place.path('edited')
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

  // The shell of busybox has a sync of its own.
  test.skipIf(shell.name === 'busybox').each(edits)(
    'is not overwritten by an option or a line when they %s',
    (_title, edit) => {
      // The edit comes as late as can be arranged: with the sync of the staged file, right before the name changes hands.
      const programs = join(place.root, 'programs')
      mkdirSync(programs)
      const real = execFileSync('sh', ['-c', 'command -v sync'], { encoding: 'utf8' }).trim()
      writeFileSync(join(programs, 'sync'), `#!/bin/sh\n${edit(path)}\nexec ${real} "$@"\n`)
      chmodSync(join(programs, 'sync'), 0o755)
      const before = place.environment.PATH ?? process.env.PATH
      for (const [maker, input] of [
        [option, { path, key: 'a', value: '2' }],
        [line, { path, line: 'two' }],
      ] as const) {
        writeFileSync(path, 'a=1\n')
        place.environment.PATH = `${programs}:${before}`
        expect(place.apply(maker.definition, maker.definition.params.parse(input))).toMatchObject(refused)
        expect(readFileSync(path, 'utf8')).toBe('a=9\n')
        place.environment.PATH = `${before}`
        expect(place.apply(maker.definition, maker.definition.params.parse(input))).toMatchObject({ code: 0 })
      }
    },
  )

  // The shell of busybox has a sync of its own.
  test.skipIf(shell.name === 'busybox')(
    'is not overwritten where it is one of several that are written as one: those before it are, those after it are not touched',
    () => {
      const programs = join(place.root, 'programs')
      mkdirSync(programs)
      const real = execFileSync('sh', ['-c', 'command -v sync'], { encoding: 'utf8' }).trim()
      writeFileSync(
        join(programs, 'sync'),
        `#!/bin/sh\n[ -e '${place.root}/once' ] || { : >'${place.root}/once'; printf 'a=9\\n' >'${path}'; }\nexec ${real} "$@"\n`,
      )
      chmodSync(join(programs, 'sync'), 0o755)
      const paths = [place.path('one'), path, place.path('three')]
      const texts = paths.map(each => {
        const params = parsed(file, { path: each, content: 'new' })
        const actual = place.look(file.definition, params)
        const keys = [{ key: 'content', from: '', to: '' }]
        return file.definition.apply?.({ actual, desired: {}, keys }, params)[0]?.shell ?? ''
      })
      place.environment.PATH = `${programs}:${process.env.PATH}`
      const applies = texts.map((text, index) => `ops_apply_${index}=${quote(text)}`).join('\n')
      const done = place.execute(asIs(`${applies}\nops_group_at=0; ops_do_members 0 1 2`), {
        libraries: `${librariesOf(file.definition)}${togetherFunctions}`,
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
