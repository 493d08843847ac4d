/** Archives unpacked on three shells, good ones and bad ones. */
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { archive } from '../../../src/resources/archive.ts'
import { hasProgram } from '../../needs.ts'
import { Place, shells } from '../shells.ts'
import { type Member, tarOf } from './tar.ts'

const good: readonly Member[] = [
  { name: 'tool-1/', kind: '5', mode: 0o755 },
  { name: 'tool-1/bin/', kind: '5', mode: 0o755 },
  { name: 'tool-1/bin/tool', text: '#!/bin/sh\n', mode: 0o4755 },
  { name: 'tool-1/bin/t', kind: '2', to: '../bin/tool' },
  { name: 'tool-1/LICENSE', text: 'free\n' },
]

/** What each bad one holds beside the good members, and what is said of it. */
const bad: readonly (readonly [string, readonly Member[], RegExp])[] = [
  ['a name that climbs', [{ name: 'tool-1/../../evil', text: 'x' }], /a name in the archive leads out of it/],
  ['a name from the root', [{ name: '/evil', text: 'x' }], /a name in the archive leads out of it/],
  [
    'a link to the root',
    [{ name: 'tool-1/out', kind: '2', to: '/etc' }],
    /a link in the archive leads out of it/,
  ],
  [
    'a link that climbs',
    [{ name: 'tool-1/out', kind: '2', to: '../../../x' }],
    /a link in the archive leads out of it/,
  ],
  [
    'a link that climbs behind another link',
    [
      { name: 'tool-1/deep/a/b/', kind: '5', mode: 0o755 },
      { name: 'tool-1/short', kind: '2', to: 'deep/a' },
      { name: 'tool-1/deep/a/b/out', kind: '2', to: '../../../short/../../../../x' },
    ],
    /leads out of it/,
  ],
  [
    'a file behind a link that leads out',
    [
      { name: 'tool-1/out', kind: '2', to: 'OUTSIDE' },
      { name: 'tool-1/out/evil', text: 'x' },
    ],
    /nothing was changed/,
  ],
  [
    'a hard link to a file of others',
    [{ name: 'tool-1/hard', kind: '1', to: 'OUTSIDE/theirs' }],
    /nothing was changed/,
  ],
  ['a pipe', [{ name: 'tool-1/pipe', kind: '6' }], /is a device, pipe or socket/],
]

describe.each(shells)('an archive with $name', shell => {
  let place: Place
  let root: string
  beforeAll(() => {
    place = new Place(shell)
    // Not below /tmp, where others may write.
    root = mkdtempSync(join(homedir(), '.ops-test-archive-'))
    mkdirSync(join(root, 'outside'))
    writeFileSync(join(root, 'outside/theirs'), 'theirs')
  })
  afterAll(() => {
    place.remove()
    rmSync(root, { recursive: true, force: true })
  })

  const unpack = (bytes: Buffer, more: object = {}) => {
    writeFileSync(join(root, 'file'), bytes)
    const params = {
      from: join(root, 'file'),
      into: join(root, 'into/tool'),
      strip: 1,
      creates: 'bin/tool',
      ...more,
    }
    return place.apply(archive.definition, archive.definition.params.parse(params))
  }
  const without = (names: readonly string[]) =>
    names.filter(name => !['file', 'outside', 'into'].includes(name))
  const nothing = () => {
    expect(existsSync(join(root, 'into/tool'))).toBe(false)
    expect(existsSync(join(root, 'into')) ? readdirSync(join(root, 'into')) : []).toEqual([])
    expect(without(readdirSync(root))).toEqual([])
    expect(readdirSync(join(root, 'outside'))).toEqual(['theirs'])
    expect(readFileSync(join(root, 'outside/theirs'), 'utf8')).toBe('theirs')
    expect(statSync(join(root, 'outside/theirs')).nlink).toBe(1)
  }

  test.each(bad)('is refused for %s, and nothing of it is left', (_title, members, said) => {
    const led = members.map(each => ({
      ...each,
      ...(each.to && { to: each.to.replace('OUTSIDE', join(root, 'outside')) }),
    }))
    const { code, stderr } = unpack(tarOf([...good, ...led]))
    expect(stderr).toMatch(said)
    expect(code).toBe(98)
    nothing()
  })

  test('that was cut, is damaged or is none is refused', () => {
    const whole = gzipSync(tarOf(good))
    expect(unpack(whole.subarray(0, -9)).stderr).toContain('the archive is damaged or was cut')
    expect(unpack(Buffer.from('<html>')).stderr).toContain('is no archive that is known here')
    expect(unpack(whole, { sha256: '0'.repeat(64) }).stderr).toContain('and not 000')
    expect(unpack(whole, { creates: 'bin/other' }).stderr).toContain('there is no bin/other in the archive')
    expect(unpack(tarOf([...good, { name: 'second', text: 'x' }])).stderr).toContain(
      'has not one folder at its top',
    )
    nothing()
  })

  test('becomes a folder, without rights to become somebody else, and a second look asks for nothing', () => {
    const done = unpack(gzipSync(tarOf(good)))
    expect(done).toMatchObject({ code: 0, stderr: '' })
    const tool = join(root, 'into/tool/bin/tool')
    expect((statSync(tool).mode & 0o7777).toString(8)).toBe('755')
    expect(readFileSync(join(root, 'into/tool/bin/t'), 'utf8')).toBe('#!/bin/sh\n')
    expect(readdirSync(join(root, 'into'))).toEqual(['tool'])
    expect(unpack(gzipSync(tarOf(good))).keys).toEqual([])
    // What is there is not given to others: nor is it told as right.
    const { uid } = statSync(join(root, 'into/tool'))
    expect(unpack(gzipSync(tarOf(good)), { owner: `${uid}` }).keys).toEqual([])
    const theirs = archive.definition.params.parse({
      ...{
        from: join(root, 'file'),
        into: join(root, 'into/tool'),
        strip: 1,
        creates: 'bin/tool',
        group: '4711',
      },
    })
    expect(archive.definition.impossible?.(place.look(archive.definition, theirs), theirs)).toContain(
      'is there and belongs to',
    )
    rmSync(join(root, 'into'), { recursive: true })
    mkdirSync(join(root, 'into/tool'), { recursive: true })
    expect(unpack(tarOf(good))).toMatchObject({ code: 0, stderr: '' })
    rmSync(join(root, 'into'), { recursive: true })
  })

  test.each(['xz', 'zstd', 'bzip2'].filter(hasProgram))('is unpacked from what %s made', program => {
    const made = spawnSync(program, ['-qc'], { input: tarOf(good) }).stdout
    const done = unpack(made)
    // A busybox without it says so.
    if (/is not installed/.test(done.stderr)) return nothing()
    expect(done).toMatchObject({ code: 0, stderr: '' })
    rmSync(join(root, 'into'), { recursive: true })
  })
})

test('what comes from the net without its hash is refused', () => {
  const made = archive({ from: 'https://example.org/a.tar', into: '/opt/a', creates: 'a' })
  expect(made.problems[0]?.title).toContain('what comes from the net is known by its hash')
})
