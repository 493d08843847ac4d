import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { directory } from '../../../src/resources/directory.ts'
import { Place, parsed, shells } from '../shells.ts'

type Input = z.input<typeof directory.definition.params>
const root = process.getuid?.() === 0
const { definition } = directory

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8).padStart(4, '0')
}

describe.each(shells)('a directory on $name', shell => {
  let place: Place
  beforeEach(() => {
    place = new Place(shell)
  })
  afterEach(() => place.remove())

  const apply = (input: Input) => place.apply(definition, parsed(directory, input))
  const settles = (input: Input) => {
    const done = apply(input)
    expect(done).toMatchObject({ code: 0 })
    expect(apply(input).keys).toEqual([])
    return done
  }

  test('is made with its parents, which do not get its mode', () => {
    const path = place.path('a b/c/d')
    settles({ path, mode: '0700' })
    expect([modeOf(path), modeOf(place.path('a b/c'))]).toEqual(['0700', '0755'])
    settles({ path: place.path('e') })
    expect(modeOf(place.path('e'))).toBe('0755')
  })

  test.runIf(root)('gets owner, group and a special mode, new or not', () => {
    const path = place.path('team')
    settles({ path, mode: '2775', owner: '1234', group: 'daemon' })
    expect([modeOf(path), statSync(path).uid]).toEqual(['2775', 1234])
    chmodSync(path, 0o700)
    expect(settles({ path, mode: '2775', owner: '0', group: 'daemon' }).keys).toEqual(['mode', 'owner'])
  })

  test.runIf(root)('has no setgid that its mode does not ask for, whatever its parent has', () => {
    mkdirSync(place.path('shared'))
    chmodSync(place.path('shared'), 0o2775)
    const path = place.path('shared/app')
    settles({ path, mode: '0750' })
    expect(modeOf(path)).toBe('0750')
    for (const [from, mode] of [
      [0o2750, '0750'],
      [0o6755, '2755'],
      [0o6755, '4711'],
      [0o755, '6755'],
      [0o7777, '1777'],
    ] as const) {
      chmodSync(path, from)
      expect(settles({ path, mode }).keys).toEqual(['mode'])
      expect(modeOf(path)).toBe(mode)
    }
  })

  test('may be reached by a symbolic link', () => {
    mkdirSync(place.path('real'))
    symlinkSync('real', place.path('link'))
    expect(apply({ path: place.path('link') }).keys).toEqual([])
  })

  test.each(['file', 'dangling'])('is impossible where a %s stands', kind => {
    const path = place.path('odd')
    if (kind === 'file') writeFileSync(path, 'x')
    else symlinkSync('none', path)
    const params = parsed(directory, { path })
    expect(definition.impossible?.(place.look(definition, params), params)).toMatch(
      /not a directory|leads nowhere/,
    )
    const done = apply({ path })
    expect(done.code).toBe(1)
    expect(done.stderr).toMatch(/^ops: .* cannot be made \(File exists\)\n$/)
  })

  test('is removed when empty, and with all in it only when told', () => {
    const path = place.path('full')
    mkdirSync(path)
    settles({ path, state: 'absent' })
    mkdirSync(path)
    writeFileSync(place.path('full/file'), 'x')
    const done = apply({ path, state: 'absent' })
    const said = `ops: ${path}: cannot be removed (Directory not empty); nothing was changed\n`
    expect(done).toMatchObject({ code: 98, stderr: said })
    const params = parsed(directory, { path, state: 'absent' })
    expect(definition.impossible?.(place.look(definition, params), params)).toContain('is not empty')
    const whole = parsed(directory, { path, state: 'absent', recursive: true })
    expect(place.look(definition, whole).state).toMatch(/not kept/)
    settles({ path, state: 'absent', recursive: true })
    expect(existsSync(path)).toBe(false)
  })

  test('is not removed where a link to it stands', () => {
    mkdirSync(place.path('real'))
    symlinkSync('real', place.path('link'))
    for (const recursive of [false, true]) {
      const params = parsed(directory, { path: place.path('link'), state: 'absent', recursive })
      expect(definition.impossible?.(place.look(definition, params), params)).toContain('is a symbolic link')
    }
    expect(existsSync(place.path('real'))).toBe(true)
  })
})

test.each([
  [{ path: '/etc', state: 'absent', recursive: true }, 'part of the system'],
  [{ path: '/srv/x', recursive: true }, '`recursive` is for'],
  [{ path: '/' }, 'must not be the root'],
])('a directory refuses %j', (input, message) => {
  expect(definition.params.safeParse(input).error?.message).toContain(message)
})
