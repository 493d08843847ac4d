/** A repository of somebody else whose settings name a program: root never runs it. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gitAsOwnerLibrary } from '../../src/git-remote/as-owner.ts'
import { repositoryHistory } from '../../src/git-remote/repository-history.ts'
import { wayLibrary } from '../../src/shell/write/way.ts'
import { asIs, Place, shells } from '../resources/shells.ts'

const isRoot = process.getuid?.() === 0
const hasGit = spawnSync('git', ['--version']).status === 0

describe.runIf(isRoot && hasGit).each(shells)('git in a repository of another user, on $name', shell => {
  let place: Place
  beforeEach(() => {
    place = new Place(shell)
    place.environment.PATH = `${place.environment.PATH ?? ''}:${process.env.PATH}`
    chmodSync(place.root, 0o755)
    const path = place.path('app.git')
    const canary = place.path('app.git/canary')
    spawnSync('git', ['init', '-q', '--bare', path])
    // A commit that is missing is fetched from a "remote" that is a program.
    const settings = `[core]\nrepositoryformatversion = 1\nbare = true\n[extensions]\npartialClone = origin\n[protocol "ext"]\nallow = always\n[remote "origin"]\npromisor = true\nurl = "ext::sh -c id>${canary}"\n`
    writeFileSync(`${path}/config`, settings)
    writeFileSync(`${path}/refs/heads/main`, `${'1'.repeat(40)}\n`)
    spawnSync('chown', ['-R', 'nobody', path])
  })
  afterEach(() => place.remove())

  test('is run as that user, and root runs no program of theirs', () => {
    const path = place.path('app.git')
    const libraries = [wayLibrary, gitAsOwnerLibrary].map(({ text }) => text).join('\n')
    const params = { path, branches: [{ name: 'main', commit: '2'.repeat(40) }] }
    place.execute(repositoryHistory.definition.probe(params), { libraries })
    place.execute(asIs(`ops_git_as_owner '${path}' log main`), { libraries })
    const canary = place.path('app.git/canary')
    if (existsSync(canary)) expect(readFileSync(canary, 'utf8')).not.toContain('uid=0')
    const who = place.execute(
      asIs(`ops_git_as_owner '${path}' config alias.x '!id -un'; ops_git_as_owner '${path}' x`),
      { libraries },
    )
    expect(who.stdout.trim()).toBe('nobody')
  })
})
