import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { link } from '../../../src/resources/link.ts'
import { asIs, librariesOf, Place, parsed, shells } from '../shells.ts'

const { definition } = link

describe.each(shells)('a link on $name', shell => {
  let place: Place
  beforeEach(() => {
    place = new Place(shell)
  })
  afterEach(() => place.remove())
  const apply = (input: { path: string; to: string }) => place.apply(definition, parsed(link, input))

  test.each(['../x y', '/nowhere/at all', '-n', "it's $HOME"])('points to %s, existing or not', to => {
    const path = place.path('link')
    expect(apply({ path, to })).toMatchObject({ code: 0, stderr: '' })
    expect(readlinkSync(path)).toBe(to)
    expect(apply({ path, to }).keys).toEqual([])
  })

  test('is replaced where it stands, also when it leads to a directory', () => {
    const path = place.path('current')
    mkdirSync(place.path('one'))
    symlinkSync('one', path)
    expect(apply({ path, to: 'two' })).toMatchObject({ code: 0, keys: ['to'] })
    expect(readlinkSync(path)).toBe('two')
    expect(readdirSync(place.files).sort()).toEqual(['current', 'one'])
    expect(readdirSync(place.path('one'))).toEqual([])
    place.execute(asIs(`ops_restore ${path}`), { libraries: librariesOf(definition) })
    expect(readlinkSync(path)).toBe('one')
  })

  test.each<[string, string | undefined, (path: string) => void]>([
    ['made', undefined, path => symlinkSync('theirs', path)],
    ['moved', 'one', path => symlinkSync('theirs', path)],
    ['replaced by a file', 'one', path => writeFileSync(path, 'theirs')],
    ['taken away', 'one', () => {}],
  ])('is left as it is where somebody else has %s it since it was looked at', (how, before, edit) => {
    const path = place.path('link')
    if (before !== undefined) symlinkSync(before, path)
    const params = parsed(link, { path, to: 'two' })
    const keys = [{ key: 'to', from: before, to: 'two' }]
    const change = { actual: place.look(definition, params), desired: {}, keys }
    const [text] = definition.apply?.(change, params) ?? []
    const go = () => place.execute(text ?? asIs('false'), { libraries: librariesOf(definition) })
    rmSync(path, { force: true })
    edit(path)
    expect(go()).toMatchObject({ code: 95, stderr: expect.stringContaining('somebody else changed it') })
    expect(readdirSync(place.files)).toEqual(how === 'taken away' ? [] : ['link'])
    if (existsSync(path)) expect(readFileSync(path, 'utf8')).toBe('theirs')
    rmSync(path, { force: true })
    if (before !== undefined) symlinkSync(before, path)
    expect(go()).toMatchObject({ code: 0, stderr: '' })
    expect(readlinkSync(path)).toBe('two')
  })

  test.each(['file', 'directory'])('never replaces a real %s', kind => {
    const path = place.path('odd')
    if (kind === 'file') writeFileSync(path, 'x')
    else mkdirSync(path)
    const params = parsed(link, { path, to: 'x' })
    expect(definition.impossible?.(place.look(definition, params), params)).toContain(`is a ${kind}`)
    expect(apply({ path, to: 'x' })).toMatchObject({ code: 98 })
  })

  test('that holds a line break is not taken for the wanted one', () => {
    const path = place.path('link')
    symlinkSync('two\n', path)
    expect(place.observe(definition, { path, to: 'two' })).toBe('kind=link\nto=?\n')
  })
})
