import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeReal } from '../hosts/available.ts'
import { useHosts } from '../hosts/use-hosts.ts'
import { countsOf, TestProject, treeOfClone } from './project.ts'

describeReal('git-remote on real hosts', () => {
  const hosts = useHosts({ names: ['web1', 'third'], withPackages: ['git'] })
  const web1 = () => {
    const [host] = hosts()
    if (!host) throw new Error('no host')
    return host
  }
  const third = () => {
    const [, host] = hosts()
    if (!host) throw new Error('no host')
    return host
  }
  const project = (name: string) => new TestProject(name, web1().sshConfig)
  /** As deploy, who may use sudo and does not need it here. */
  const words = (...more: string[]) => ['web1-deploy', '-F', web1().sshConfig, '--yes', ...more]
  const inHome = (...more: string[]) => words('--base', '~/git', ...more)

  beforeAll(async () => {
    // The third machine logs in to the first on its own.
    const key = readFileSync(web1().keyFile, 'utf8')
    await third().read('umask 077; mkdir -p ~/.ssh; cat > ~/.ssh/id_ed25519', { input: key })
    await third().read('cat > ~/.ssh/known_hosts', { input: readFileSync(web1().knownHosts, 'utf8') })
  })

  const fromThird = (path: string) => `ssh://deploy@${web1().address}${encodeURI(path)}`

  test('a fresh project is at home there, plain git goes on from there, and each run does only what is left', async () => {
    const here = await (await project('Übung №1')).committed()
    const first = await here.ops(...inHome())
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('+ gitBare /home/deploy/git/Übung №1.git')
    const path = '/home/deploy/git/Übung №1.git'
    const commit = await here.git('rev-parse', 'HEAD')
    expect(await here.git('rev-parse', '@{u}')).toBe(commit)
    expect(await here.git('ls-remote', 'origin', 'refs/heads/main')).toContain(commit)
    expect(await web1().read(`stat -c %U '${path}'; cat '${path}/HEAD'`)).toBe(
      'deploy\nref: refs/heads/main\n',
    )
    expect(await treeOfClone(third(), fromThird(path))).toBe(await here.git('rev-parse', 'HEAD^{tree}'))

    await here.commit('second')
    await here.git('push', '--quiet')
    const second = await here.ops(...inHome('--json'))
    expect(second.code).toBe(0)
    expect(countsOf(second)).toMatchObject({ changed: 0, status: 'ok' })
    expect(JSON.parse(second.stdout.trim().split('\n').at(-1) ?? '').trips).toEqual({ 'web1-deploy': 1 })

    await here.commit('third')
    const last = await here.ops(...inHome())
    expect(last.stdout).toMatch(/~ push main/)
    expect(await here.git('rev-parse', '@{u}')).toBe(await here.git('rev-parse', 'HEAD'))
  })

  test('a repository where keys lie is made under the guard of our access, as any step of a recipe would be', async () => {
    const here = await (await project('guarded')).committed()
    const { code, stdout } = await here.ops('web1', '-F', web1().sshConfig, '--yes', '--base', '~/.ssh')
    expect(stdout).toContain('can cut our own access (login account)')
    expect(code).toBe(0)
    expect(await web1().read('sed -n "s/^verdict=//p" /var/lib/ops/access/verdict')).toBe('confirmed\n')
    expect(await here.git('ls-remote', 'origin', 'refs/heads/main')).toContain(
      await here.git('rev-parse', 'HEAD'),
    )
  })

  test('all branches and tags are pushed where they were asked for', async () => {
    const here = await (await project('all')).committed()
    await here.git('tag', 'v1', '--annotate', '--message', 'one')
    await here.git('branch', 'feature/größer')
    const outcome = await here.ops(...inHome('--all', '--tags', '--description', "it's all here"))
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    const there = await web1().read(
      'cd / && git --git-dir=/home/deploy/git/all.git for-each-ref --format="%(refname)"',
    )
    expect(there.trim().split('\n')).toEqual(['refs/heads/feature/größer', 'refs/heads/main', 'refs/tags/v1'])
    expect(await web1().read('cat /home/deploy/git/all.git/description')).toBe("it's all here\n")
    expect(await here.git('rev-parse', '--abbrev-ref', 'feature/größer@{u}')).toBe('origin/feature/größer')
    expect(countsOf(await here.ops(...inHome('--all', '--tags', '--json')))).toMatchObject({ changed: 0 })
  })

  describe('a run that is killed', () => {
    test.each(['gitBare', 'remote', 'push', 'upstream'])('after %s is finished by the next', async step => {
      const here = await (await project(`killed after ${step}`)).committed()
      await here.killedAfter(step, inHome())
      const next = await here.ops(...inHome())
      expect(next, next.stdout).toMatchObject({ code: 0, stderr: '' })
      const commit = await here.git('rev-parse', 'HEAD')
      expect(await here.git('rev-parse', '@{u}')).toBe(commit)
      const repository = `/home/deploy/git/killed after ${step}.git`
      expect(await web1().read(`cd / && git --git-dir='${repository}' rev-parse HEAD`)).toBe(`${commit}\n`)
      expect(await web1().read(`cd / && git --git-dir='${repository}' config ops.made-by`)).toBe(
        'git-remote\n',
      )
      expect(countsOf(await here.ops(...inHome('--json')))).toMatchObject({ changed: 0, status: 'ok' })
    })
  })

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
