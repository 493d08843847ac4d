import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { gitBare } from '../../../src/resources/git-bare.ts'
import { librariesOf, Place, parsed, shells } from '../shells.ts'

type Input = z.input<typeof gitBare.definition.params>
const { definition } = gitBare
const root = process.getuid?.() === 0
const hasGit = spawnSync('git', ['--version']).status === 0

describe.each(shells)('a bare git repository on $name', { skip: !hasGit }, shell => {
  let place: Place
  beforeEach(() => {
    place = new Place(shell)
    place.environment.PATH = `${place.environment.PATH ?? ''}:${process.env.PATH}`
  })
  afterEach(() => place.remove())
  const settles = (input: Input) => {
    const params = parsed(gitBare, input)
    const done = place.apply(definition, params)
    expect(done.code, done.stderr).toBe(0)
    expect(place.look(definition, params)).toEqual(definition.desired(params))
    return done.keys
  }
  const git = (path: string, ...args: string[]) =>
    spawnSync('git', ['-c', 'safe.directory=*', '--git-dir', path, ...args], {
      encoding: 'utf8',
    }).stdout.trim()

  test('is made with its branch, and can be pushed to', () => {
    const path = place.path('team a/app.git')
    expect(settles({ path, branch: 'trunk/x', description: "It's ours" })).toContain('state')
    expect(git(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/trunk/x')
    expect(readdirSync(place.path('team a'))).toEqual(['app.git'])
    expect(statSync(path).mode & 0o777).toBe(0o755)
    const work = place.path('work')
    const run = (...args: string[]) =>
      spawnSync('git', ['-C', work, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args])
    spawnSync('git', ['init', '-q', work])
    run('commit', '-q', '--allow-empty', '-m', 'first')
    expect(run('push', '-q', path, 'HEAD:refs/heads/trunk/x').status).toBe(0)
    expect(git(path, 'log', '--format=%s')).toBe('first')
  })

  test('takes an empty directory, and nothing else that is in the way', () => {
    mkdirSync(place.path('empty'))
    settles({ path: place.path('empty') })
    mkdirSync(place.path('full/.hidden'), { recursive: true })
    const params = parsed(gitBare, { path: place.path('full') })
    const actual = place.look(definition, params)
    expect(actual).toEqual({ state: 'occupied' })
    expect(definition.impossible?.(actual, params)).toContain('is not a bare git repository')
    expect(place.apply(definition, params).code).not.toBe(0)
    expect(readdirSync(place.path('full'))).toEqual(['.hidden'])
  })

  test('is changed without git config being lost', () => {
    const path = place.path('app.git')
    settles({ path, branch: 'master' })
    git(path, 'config', 'receive.denyDeletes', 'true')
    expect(settles({ path, branch: 'main', description: 'New', shared: 'group' })).toEqual([
      'branch',
      'description',
      'shared',
    ])
    expect(git(path, 'config', 'receive.denyDeletes')).toBe('true')
    expect(statSync(`${path}/objects`).mode & 0o2070).toBe(0o2070)
    // As git reads it: any case, the last one of all sections named core, and no comment.
    for (const [text, isShared] of [
      ['[core]\n\tSHAREDREPOSITORY = false # x\n', false],
      ['[Core] sharedRepository=1 ; ours\n', true],
      ['[core "x"]\n\tsharedRepository = false\n', true],
      ['[core]\n\tsharedrepository\n', true],
    ] as const) {
      appendFileSync(`${path}/config`, text)
      const state = place.look(definition, parsed(gitBare, { path, branch: 'main', shared: 'group' }))
      expect([text, state.shared === 'group']).toEqual([text, isShared])
    }
    expect(readFileSync(`${path}/description`, 'utf8')).toBe('New\n')
  })

  test.runIf(root)('belongs to its owner, and is changed as its owner', () => {
    const path = place.path('app.git')
    for (const folder of [place.root, place.files]) spawnSync('chmod', ['755', folder])
    settles({ path, owner: 'daemon', group: 'daemon', shared: 'group', description: 'a' })
    expect(statSync(`${path}/HEAD`).uid).toBe(statSync(path).uid)
    expect(settles({ path, owner: 'daemon', branch: 'other', description: 'b' })).toEqual([
      'branch',
      'description',
    ])
    for (const name of ['HEAD', 'description'])
      expect(statSync(`${path}/${name}`).uid).toBe(statSync(path).uid)
  })

  test('says what is missing where there is no git', () => {
    const done = place.apply(definition, parsed(gitBare, { path: place.path('x') }), { PATH: '/nonexistent' })
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('git is not installed; a step before this one brings it: apt git')
  })

  test('looks at many with the bytes of single looks', () => {
    settles({ path: place.path('a'), description: 'x' })
    writeFileSync(place.path('b'), '')
    const many = ['a', 'b', 'c', 'a'].map(name =>
      parsed(gitBare, { path: place.path(name), description: 'x', owner: '0' }),
    )
    const all = place.execute(definition.probeMany?.(many) ?? { shell: 'false' }, {
      libraries: librariesOf(definition),
    })
    expect(all.stdout).toBe(many.map(params => `${place.observe(definition, params)}--mark--\n`).join(''))
  })
})

test.each(['-b', 'a..b', 'a b', 'x.lock', '/a', 'a/', '@', 'HEAD', 'a~1', 'a\n', '.x', 'a/.b'])(
  'a bare git repository refuses the branch %j',
  branch => {
    expect(definition.params.safeParse({ path: '/x', branch }).success).toBe(false)
  },
)
