/** Working copies of git on three shells: brought to where they are wanted, and never over what somebody changed. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkout } from '../../../src/resources/checkout.ts'
import { librariesOf, Place, shells } from '../shells.ts'

const { definition } = checkout

describe.each(shells)('a checkout with $name', shell => {
  let place: Place
  let root: string
  const git = (folder: string, ...words: string[]) =>
    execFileSync(
      'git',
      [
        '-C',
        join(root, folder),
        '-c',
        'user.name=x',
        '-c',
        'user.email=x',
        '-c',
        'protocol.file.allow=always',
        ...words,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ).trim()
  const commit = (folder: string, text: string) => {
    writeFileSync(join(root, folder, 'file'), text)
    git(folder, 'add', '-A')
    git(folder, 'commit', '-qm', text)
    return git(folder, 'rev-parse', 'HEAD')
  }
  let first = ''
  let second = ''
  beforeAll(() => {
    place = new Place(shell)
    place.environment.PATH = `${place.environment.PATH ?? ''}:/usr/bin:/bin`
    // Not below /tmp, where others may write.
    root = mkdtempSync(join(homedir(), '.ops-test-checkout-'))
    for (const name of ['origin', 'part']) {
      mkdirSync(join(root, name))
      git(name, 'init', '-q', '-b', 'main')
      first = commit(name, 'one')
    }
    git('origin', 'tag', 'v1')
    git('origin', 'submodule', '-q', 'add', join(root, 'part'), 'part')
    second = commit('origin', 'two')
  })
  afterAll(() => {
    place.remove()
    rmSync(root, { recursive: true, force: true })
  })

  const given = (more: object) =>
    definition.params.parse({ url: join(root, 'origin'), path: join(root, 'srv/app'), ...more })
  const apply = (more: object) => place.apply(definition, given(more))
  const problem = (more: object) => definition.impossible?.(place.look(definition, given(more)), given(more))
  const notes = (more: object) => {
    const looked = place.execute(definition.probe(given(more)), {
      libraries: librariesOf(definition),
      details: true,
    })
    return definition.notes?.(looked.stdout.split('detail 0\n')[1] ?? '', given(more), '', undefined)
  }
  const text = () => readFileSync(join(root, 'srv/app/file'), 'utf8')
  const branch = { branch: 'main' }

  test('is made whole, follows its branch, and is then as wanted', () => {
    expect(apply({ branch: 'none-such' })).toMatchObject({ code: 98 })
    expect(readdirSync(join(root, 'srv'))).toEqual([])
    expect(apply(branch)).toMatchObject({ code: 0, stderr: '' })
    expect([text(), git('srv/app', 'status', '-sb')]).toEqual(['two', '## main...origin/main'])
    expect(apply(branch).keys).toEqual([])
    expect(notes(branch)).toEqual([])
    first = git('origin', 'rev-parse', 'v1')
    second = commit('origin', 'three')
    writeFileSync(join(root, 'srv/app/.git/hooks/post-checkout'), `#!/bin/sh\n: >'${root}/hooked'\n`, {
      mode: 0o755,
    })
    expect(apply(branch)).toMatchObject({ code: 0, keys: ['commit'] })
    expect([text(), git('srv/app', 'rev-parse', 'HEAD')]).toEqual(['three', second])
    expect(existsSync(join(root, 'hooked'))).toBe(false)
  })

  test('stays at a tag or a commit, and brings submodules where asked', () => {
    expect(apply({ tag: 'v1' })).toMatchObject({ code: 0 })
    expect([text(), git('srv/app', 'rev-parse', 'HEAD')]).toEqual(['one', first])
    expect(apply({ commit: second })).toMatchObject({ code: 0 })
    expect(text()).toBe('three')
    expect(existsSync(join(root, 'srv/app/part/file'))).toBe(false)
    expect(apply({ commit: second, submodules: true })).toMatchObject({ code: 0, keys: ['submodules'] })
    expect(readFileSync(join(root, 'srv/app/part/file'), 'utf8')).toBe('one')
    expect(apply({ commit: second, submodules: true }).keys).toEqual([])
  })

  test('never goes over what was changed or committed here, and says which', () => {
    writeFileSync(join(root, 'srv/app/file'), 'theirs')
    writeFileSync(join(root, 'srv/app/notes'), 'theirs')
    expect(problem({ tag: 'v1' })).toContain('were changed and not committed')
    expect(apply({ tag: 'v1' })).toMatchObject({ code: 98 })
    expect(problem({ commit: second })).toBeUndefined()
    // It is at its commit, and what is used is another text: git itself is asked which.
    expect(apply({ commit: second }).keys).toEqual([])
    expect(git('srv/app', 'diff', '--name-only')).toBe('file')
    expect(notes({ commit: second })).toEqual([expect.stringMatching(/srv\/app file is not as committed/)])
    git('srv/app', 'checkout', '-q', '-b', 'own')
    git('srv/app', 'commit', '-qam', 'own')
    expect(problem({ tag: 'v1' })).toContain('has commits that')
    expect(apply({ tag: 'v1' })).toMatchObject({ code: 98 })
    expect([text(), readFileSync(join(root, 'srv/app/notes'), 'utf8')]).toEqual(['theirs', 'theirs'])
    // A branch that is not checked out keeps its commits as well.
    git('srv/app', 'branch', '-f', 'main', 'own')
    git('srv/app', 'checkout', '-q', '--detach', second)
    git('srv/app', 'branch', '-D', 'own')
    expect(problem(branch)).toContain('has commits that')
    expect(apply(branch)).toMatchObject({ code: 98 })
    expect(git('srv/app', 'log', '-1', '--format=%s', 'main')).toBe('own')
    git('srv/app', 'branch', '-D', 'main')
  })

  test('never takes the place of a file that git was told to ignore', () => {
    writeFileSync(join(root, 'srv/app/.git/info/exclude'), '*.env\n')
    writeFileSync(join(root, 'srv/app/prod.env'), 'theirs')
    writeFileSync(join(root, 'origin/prod.env'), 'of the repository')
    git('origin', 'add', '-f', 'prod.env')
    const third = commit('origin', 'four')
    const applied = apply({ commit: third })
    expect(applied).toMatchObject({ code: 98 })
    expect(applied.stderr).toMatch(/would be overwritten by checkout: prod\.env .*nothing was changed/)
    expect(readFileSync(join(root, 'srv/app/prod.env'), 'utf8')).toBe('theirs')
    expect(git('srv/app', 'rev-parse', 'HEAD')).toBe(second)
  })

  test('is refused where something else is, or where others could set what git does', () => {
    mkdirSync(join(root, 'full'))
    writeFileSync(join(root, 'full/notes'), 'theirs')
    expect(problem({ ...branch, path: join(root, 'full') })).toContain(
      'is not empty, and is not a working copy of git',
    )
    mkdirSync(join(root, 'open'), { mode: 0o755 })
    execFileSync('chmod', ['0777', join(root, 'open')])
    expect(problem({ ...branch, path: join(root, 'open/app') })).toContain('others may write in')
    execFileSync('chmod', ['0777', join(root, 'srv/app/.git')])
    expect(problem(branch)).toContain('others may write in')
  })
})

test.each([
  [{ url: 'ext::sh -c x', path: '/srv/a', branch: 'main' }, 'must be a URL of https'],
  [{ url: '--upload-pack=x', path: '/srv/a', branch: 'main' }, 'must be a URL of https'],
  [{ url: 'https://example.org/a', path: '/srv/a', branch: '-x' }, 'must be a name'],
  [{ url: 'https://example.org/a', path: '/srv/a' }, 'give one of'],
])('params that git could take for something else are refused: %#', (given, reason) => {
  expect(checkout(given).problems[0]?.title).toContain(reason)
})
