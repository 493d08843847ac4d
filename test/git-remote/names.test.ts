import { describe, expect, test } from 'vitest'
import {
  baseProblem,
  branchProblem,
  nameProblem,
  pathBelow,
  plainBase,
  remoteProblem,
  withoutGitSuffix,
} from '../../src/git-remote/names.ts'

describe('names of repositories', () => {
  test.each(['app', 'my app', 'Übung №1', '日本語', 'a.b', "it's", 'x'.repeat(220)])('%s is taken', name => {
    expect(nameProblem(name)).toBeUndefined()
  })
  test.each(['', '-rf', '.hidden', '..', 'a/b', 'a\nb', 'a\u0000b', '\ud800', 'x'.repeat(221)])(
    '%j is refused',
    name => {
      expect(nameProblem(name)).toBeTypeOf('string')
    },
  )
  test('name and name.git are the same wish', () => {
    expect(withoutGitSuffix('app.git')).toBe('app')
    expect(withoutGitSuffix('.git')).toBe('.git')
  })
})

describe('names of remotes and branches', () => {
  test.each(['origin', 'web1', 'backup-2', 'größe'])('%s may be a remote', name => {
    expect(remoteProblem(name)).toBeUndefined()
  })
  test.each(['-x', '', 'a b', 'a.b', '--upload-pack=x', 'ext::sh', 'a/b'])('%j may not be a remote', name => {
    expect(remoteProblem(name)).toBeTypeOf('string')
  })
  test.each(['-x', '', 'a b', 'a..b', 'a@{u}', 'a:b', 'a\nb'])('%j may not be a branch', name => {
    expect(branchProblem(name)).toBeTypeOf('string')
  })
  test('a branch may have slashes and letters of any language', () => {
    expect(branchProblem('feature/größer')).toBeUndefined()
  })
})

describe('base folders', () => {
  test.each(['/srv/git', '~/git', '~', '/', '/srv/my git/'])('%s is taken', base => {
    expect(baseProblem(base)).toBeUndefined()
  })
  test.each(['git', '-x', '~deploy/git', '/~x', '/srv/../etc', '/srv/./git', '', 'ext::sh -c x', '/a\nb'])(
    '%j is refused',
    base => {
      expect(baseProblem(base)).toBeTypeOf('string')
    },
  )
  test('the repository lies below it, whatever slashes it was written with', () => {
    expect(pathBelow(plainBase('/srv//git/'), 'my app')).toBe('/srv/git/my app.git')
    expect(pathBelow(plainBase('~/'), 'app')).toBe('~/app.git')
    expect(pathBelow(plainBase('/'), 'app')).toBe('/app.git')
  })
})
