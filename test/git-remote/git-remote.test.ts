import { describe, expect, test } from 'vitest'
import { describeReal } from '../hosts/available.ts'
import { countsOf, treeOfClone } from './project.ts'
import { useWeb1AndThird } from './way-to-web1.ts'

describeReal('git-remote on real hosts', () => {
  const { web1, third, fromThird, project, inHome } = useWeb1AndThird()

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
})
