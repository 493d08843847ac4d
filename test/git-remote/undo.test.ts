import { describe, expect, test } from 'vitest'
import { describeReal } from '../hosts/available.ts'
import { countsOf } from './project.ts'
import { useWeb1AndThird } from './way-to-web1.ts'

describeReal('git-remote on real hosts', () => {
  const { web1, third, fromThird, project, inHome } = useWeb1AndThird()

  describe('an undo', () => {
    test('takes everything away, and then has nothing to do', async () => {
      const here = await (await project('undone')).committed()
      await here.ops(...inHome())
      expect(await here.ops(...inHome('--undo'))).toMatchObject({ code: 0, stderr: '' })
      expect(await here.git('remote')).toBe('')
      expect((await here.tryGit('rev-parse', '@{u}')).code).not.toBe(0)
      expect(await web1().read('ls -A /home/deploy/git')).not.toContain('undone')
      expect(countsOf(await here.ops(...inHome('--undo', '--json')))).toMatchObject({
        changed: 0,
        status: 'ok',
      })
    })

    test('goes on where a killed one stopped', async () => {
      const here = await (await project('half undone')).committed()
      await here.ops(...inHome())
      // Killed between its move and its removal, it leaves the repository aside.
      await web1().read('cd /home/deploy/git && mv "half undone.git" ".half undone.git.ops-undo"')
      expect((await here.ops(...inHome())).stderr).toContain('an undo of')
      await here.killedAfter('repositoryGone', inHome('--undo'))
      expect(await web1().read('ls -A /home/deploy/git')).not.toContain('half undone')
      expect((await here.ops(...inHome('--undo'))).code).toBe(0)
      expect(await here.git('remote')).toBe('')
    })

    test('keeps what a colleague pushed, until it is here too', async () => {
      const here = await (await project('shared')).committed()
      await here.ops(...inHome())
      const url = fromThird('/home/deploy/git/shared.git')
      await third().read(
        `cd "$(mktemp -d)" && git clone -q ${url} c && cd c && git config user.email a@b && git config user.name c &&
        echo more >more && git add more && git commit -qm more && git push -q`,
      )
      await web1().read('touch /home/deploy/git/shared.git/hooks/post-receive')
      const refused = await here.ops(...inHome('--undo'))
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('holds more than what was pushed from here: main')
      expect(refused.stderr).toContain('what no push brought: hooks/post-receive')
      const behind = await here.ops(...inHome())
      expect(behind).toMatchObject({ code: 0, stderr: '' })
      expect(behind.stdout).toContain('main here is 1 commit behind origin/main')
      await here.git('branch', 'side')
      await here.git('tag', 'v1')
      const rest = await here.ops(...inHome('--all', '--tags', '--json'))
      expect(countsOf(rest)).toMatchObject({ changed: 2, status: 'ok' })
      await here.commit('mine')
      const apart = await here.ops(...inHome())
      expect(apart.code).toBe(1)
      expect(apart.stderr).toContain('main on web1-deploy holds commits that main here does not')
      await here.git('reset', '--quiet', '--hard', 'HEAD~1')
      await web1().read('rm /home/deploy/git/shared.git/hooks/post-receive')
      await here.git('fetch', '--quiet')
      expect((await here.ops(...inHome('--undo'))).stderr).toContain('holds more than what was pushed')
      await here.git('merge', '--quiet', 'origin/main')
      expect(await here.ops(...inHome('--undo'))).toMatchObject({ code: 0, stderr: '' })
    })

    test('keeps branches, tags and files that somebody made on the server alone', async () => {
      const here = await (await project('more there')).committed()
      await here.ops(...inHome())
      const there = '/home/deploy/git/more there.git'
      await web1().read(
        `cd '${there}' && git branch theirs main && git tag kept main && echo '*.bin binary' >info/attributes && touch git-daemon-export-ok`,
        { user: 'deploy' },
      )
      const refused = await here.ops(...inHome('--undo'))
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('holds more than what was pushed from here: theirs, kept')
      expect(refused.stderr).toContain('what no push brought: git-daemon-export-ok, info/attributes')
      await here.git('branch', 'theirs')
      await here.git('tag', 'kept')
      await web1().read(`cd '${there}' && rm info/attributes git-daemon-export-ok`)
      expect(await here.ops(...inHome('--undo'))).toMatchObject({ code: 0, stderr: '' })
    })

    test('keeps a repository that was made by hand', async () => {
      const here = await (await project('by hand')).committed()
      await here.git('remote', 'add', 'origin', 'web1-deploy:git/by hand.git')
      await web1().read(
        'cd /home/deploy && mkdir -p git && git init -q --bare "git/by hand.git" && git -C "git/by hand.git" config a.b c',
        { user: 'deploy' },
      )
      await here.git('push', '--quiet', 'origin', 'main')
      expect(countsOf(await here.ops(...inHome('--json')))).toMatchObject({ changed: 2, status: 'ok' })
      expect((await here.ops(...inHome('--undo'))).stderr).toContain('was not made by ops')
    })

    test('keeps one with settings of its own, though it was empty when it was taken', async () => {
      const here = await (await project('empty by hand')).committed()
      await web1().read(
        'cd /home/deploy && mkdir -p git && git init -q --bare "git/empty by hand.git" && git -C "git/empty by hand.git" config receive.denyDeletes true',
        { user: 'deploy' },
      )
      expect((await here.ops(...inHome())).code).toBe(0)
      const { code, stderr } = await here.ops(...inHome('--undo'))
      expect(code).toBe(1)
      expect(stderr).toContain('was not made by ops')
    })
  })
})
