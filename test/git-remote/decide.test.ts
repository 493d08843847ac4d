import { describe, expect, test } from 'vitest'
import { decide, type Wanted } from '../../src/git-remote/decide.ts'
import { decideUndo } from '../../src/git-remote/decide-undo.ts'
import type { Kinship, Project } from '../../src/git-remote/project.ts'
import { type RepositoryLook, readRepositoryLook } from '../../src/git-remote/repository-look.ts'

const [one, two] = ['1'.repeat(40), '2'.repeat(40)]
const main = { name: 'main', commit: one, upstream: undefined }
const project: Project = {
  folder: '/p',
  isBare: false,
  isShallow: false,
  checkedOut: 'main',
  branches: new Map([['main', main]]),
  tags: new Map([['v1', two]]),
  remotes: new Map(),
  changedPaths: 0,
  hasSubmodules: false,
  lfsFiles: 0,
}
const wanted: Wanted = {
  host: 'web1',
  url: 'ssh://web1/srv/git/app.git',
  remote: 'origin',
  branch: main,
  all: false,
  tags: false,
  track: false,
  becomes: false,
}
const absent: RepositoryLook = readRepositoryLook(
  'user=deploy\nhome=/home/deploy\npath=/srv/git/app.git\ngit=2.39.5\nparent=/srv/git\nwritable=yes\nstate=absent\n',
)
const empty: RepositoryLook = { ...absent, state: 'repository', owner: 'deploy', head: 'main' }
const full: RepositoryLook = { ...empty, isOurs: true, refs: new Map([['refs/heads/main', one]]) }
const kinship: Kinship = {
  known: new Map([[one, 'commit']]),
  apart: new Map(),
  isRelated: true,
  unsaved: [],
}

function work(look: RepositoryLook, more: Partial<Wanted> = {}, of: Partial<Project> = {}) {
  const decision = decide({ ...wanted, ...more }, { ...project, ...of }, look, kinship)
  if ('refusals' in decision) throw new Error(decision.refusals.map(each => each.title).join('\n'))
  return decision.work
}

function refusals(look: RepositoryLook, of: Partial<Kinship> = {}, more: Partial<Wanted> = {}): string[] {
  const decision = decide({ ...wanted, ...more }, project, look, { ...kinship, ...of })
  return 'refusals' in decision ? decision.refusals.map(each => each.title) : []
}

describe('what is to be done', () => {
  test('everything where there is nothing', () => {
    expect(work(absent)).toEqual({
      head: 'main',
      marks: true,
      addsRemote: true,
      refs: [{ ref: 'refs/heads/main', object: one, was: undefined }],
      follows: ['main'],
      notes: [],
    })
  })
  test('the rest where a run died after making the repository', () => {
    expect(work(empty)).toMatchObject({ marks: true, addsRemote: true, follows: ['main'] })
  })
  test('nothing where all of it is done', () => {
    const followed = { ...main, upstream: 'refs/remotes/origin/main' }
    const remotes = new Map([['origin', { urls: ['x'], pushUrls: [], isOurs: true }]])
    const done = work(full, { branch: followed }, { remotes })
    expect(done).toMatchObject({ marks: false, addsRemote: false, follows: [] })
    expect(done.refs.every(ref => ref.object === ref.was)).toBe(true)
  })
  test('a remote without a URL is half made', () => {
    const remotes = new Map([['origin', { urls: [], pushUrls: [], isOurs: true }]])
    expect(work(full, {}, { remotes }).addsRemote).toBe(true)
  })
  test('HEAD of a repository that others use stays', () => {
    const used = { ...full, head: 'trunk', refs: new Map([['refs/heads/trunk', one]]) }
    expect(work(used).head).toBe('trunk')
    expect(work({ ...used, head: 'gone' }).head).toBe('main')
  })
  test('a branch that follows another remote goes on unless told otherwise', () => {
    const elsewhere = { ...main, upstream: 'refs/remotes/github/main' }
    expect(work(absent, { branch: elsewhere }).follows).toEqual([])
    expect(work(absent, { branch: elsewhere }).notes).toEqual([
      'main goes on following github/main; --track makes it follow origin/main',
    ])
    expect(work(absent, { branch: elsewhere, track: true }).follows).toEqual(['main'])
  })
  test('tags go where they were asked for', () => {
    expect(work(absent, { tags: true }).refs.map(ref => ref.ref)).toEqual(['refs/heads/main', 'refs/tags/v1'])
  })
  test('what is not pushed is said', () => {
    expect(work(absent, {}, { changedPaths: 2, hasSubmodules: true, lfsFiles: 3 }).notes).toHaveLength(3)
  })
})

describe('what is refused', () => {
  test.each<[string, RepositoryLook, Partial<Kinship>, string]>([
    [
      'something else',
      { ...absent, state: 'occupied' },
      {},
      '/srv/git/app.git is there and is not a bare git repository',
    ],
    ['no view', { ...absent, state: 'hidden', parent: '/srv' }, {}, 'deploy may not look into /srv'],
    ['no write', { ...absent, isWritable: false }, {}, 'deploy may not make anything in /srv/git'],
    [
      'no write, before git would be installed',
      { ...absent, isWritable: false, gitVersion: undefined },
      {},
      'deploy may not make anything in /srv/git',
    ],
    [
      'no write to it',
      { ...full, isWritable: false, owner: 'root' },
      {},
      'deploy may not write to /srv/git/app.git, which belongs to root',
    ],
    [
      'no trust',
      { ...full, isDistrusted: true, owner: 'root' },
      {},
      '/srv/git/app.git belongs to root, so git does not serve it to deploy',
    ],
    ['damage', { ...full, state: 'damaged' }, {}, 'git on web1 cannot read /srv/git/app.git'],
    [
      'a half undo',
      { ...full, isAside: true },
      {},
      'an undo of /srv/git/app.git did not end: the repository is still moved aside',
    ],
    [
      'a foreign project',
      { ...full, refs: new Map([['refs/heads/master', two]]) },
      { isRelated: false },
      '/srv/git/app.git holds another project: not one commit of it is known here',
    ],
    [
      'unknown commits',
      { ...full, refs: new Map([['refs/heads/main', two]]) },
      {},
      'main on web1 holds commits that main here does not',
    ],
    [
      'known commits that are not in the branch',
      { ...full, refs: new Map([['refs/heads/main', two]]) },
      { known: new Map([[two, 'commit']]), apart: new Map([['main', { here: 1, there: 2 }]]) },
      'main on web1 holds 2 commits that main here does not',
    ],
  ])('%s', (_case, look, of, title) => {
    expect(refusals(look, of)).toEqual([title])
  })

  test('another tag of the same name', () => {
    const look = { ...full, refs: new Map([['refs/tags/v1', one]]) }
    expect(refusals(look, {}, { tags: true })).toEqual(['the tag v1 on web1 is not the one that is here'])
  })
  test('another branch of the same name is brought in from where the remote will lead', () => {
    const look = { ...full, refs: new Map([['refs/heads/main', two]]) }
    const nextOf = (of: Partial<Project>): string | undefined => {
      const decision = decide(wanted, { ...project, ...of }, look, kinship)
      return 'refusals' in decision ? decision.refusals[0]?.next : undefined
    }
    const origin = { urls: ['ssh://web1/srv/git/app.git'], pushUrls: [], isOurs: true }
    expect(nextOf({})).toContain('`git pull ssh://web1/srv/git/app.git main`')
    expect(nextOf({ remotes: new Map([['origin', origin]]) })).toContain('`git pull origin main`')
  })
  test('a branch that the host has behind ours is no refusal', () => {
    const look = { ...full, refs: new Map([['refs/heads/main', two]]) }
    const apart = new Map([['main', { here: 1, there: 0 }]])
    expect(refusals(look, { known: new Map([[two, 'commit']]), apart })).toEqual([])
  })
  test('root may make what the user that pushes may not', () => {
    expect(refusals({ ...absent, isWritable: false }, {}, { becomes: true })).toEqual([])
  })
})

describe('a branch that is behind the one of the host', () => {
  const look = { ...full, refs: new Map([['refs/heads/main', two]]) }
  test.each([
    [1, 'main here is 1 commit behind origin/main: `git pull` brings them in'],
    [2, 'main here is 2 commits behind origin/main: `git pull` brings them in'],
  ])('has nothing to push, which is said (%i)', (there, note) => {
    const apart = new Map([['main', { here: 0, there }]])
    const decision = decide(wanted, project, look, { ...kinship, apart })
    expect(decision).toMatchObject({
      work: { refs: [{ ref: 'refs/heads/main', object: two, was: two }], notes: [note] },
    })
  })
})

describe('an undo', () => {
  const remote = { name: 'origin', leadsThere: true, isOurs: true }
  const undo = (look: RepositoryLook, of: Partial<Kinship> = {}) =>
    decideUndo('web1', remote, look, { ...kinship, ...of })

  test('takes away what was made', () => {
    expect(undo(full)).toEqual({ work: { removesRepository: true, removesRemote: true, notes: [] } })
  })
  test('goes on where it stopped', () => {
    expect(undo(absent)).toEqual({ work: { removesRepository: false, removesRemote: true, notes: [] } })
  })
  test('leaves a remote that was there before', () => {
    const decision = decideUndo('web1', { ...remote, isOurs: false }, full, kinship)
    expect(decision).toMatchObject({ work: { removesRepository: true, removesRemote: false } })
  })
  test.each<[string, RepositoryLook, Partial<Kinship>, RegExp]>([
    ['a repository of others', { ...full, isOurs: false }, {}, /was not made by ops/],
    [
      'commits that nobody has here',
      full,
      { known: new Map() },
      /holds more than what was pushed from here: main/,
    ],
    ['commits that no branch here holds', full, { unsaved: ['refs/heads/main'] }, /holds more .* main/],
    ['a hook', { ...full, extras: ['hooks/post-receive'] }, {}, /holds what no push brought: hooks/],
    ['what is no repository', { ...full, state: 'occupied' }, {}, /is not a repository/],
    ['a folder of others', { ...full, isParentWritable: false }, {}, /deploy may not remove anything from/],
  ])('keeps %s', (_case, look, of, title) => {
    const decision = undo(look, of)
    expect('refusals' in decision && decision.refusals[0]?.title).toMatch(title)
  })
})
