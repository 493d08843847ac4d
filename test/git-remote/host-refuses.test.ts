import { describe, expect, test } from 'vitest'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { TestProject } from './project.ts'
import { wayTo } from './way-to-web1.ts'

describeReal('git-remote meets a host as it is', () => {
  const web1 = useHost({ name: 'web1', withPackages: ['git'] })
  const { project, inHome } = wayTo(web1)

  describe('refused by what the host holds, with both sides as they were', () => {
    const refusedBy = async (name: string, prepare: string, ...more: string[]): Promise<string> => {
      const here = await (await project(name)).committed()
      await web1().read(`cd /home/deploy && ${prepare}`, { user: 'deploy' })
      const before = await web1().read('cd /home/deploy && find . | sort')
      const refused = await here.ops(...inHome(...more))
      expect(refused.code, refused.stdout).toBe(1)
      expect(await here.git('remote')).toBe('')
      expect(await web1().read('cd /home/deploy && find . | sort')).toBe(before)
      return refused.stderr
    }
    const makeForeign = `mkdir -p git && git init -q --bare git/foreign.git && w=$(mktemp -d) && git init -q "$w" && cd "$w" &&
      git -c user.name=f -c user.email=f@f commit -q --allow-empty -m foreign && git push -q /home/deploy/git/foreign.git HEAD:main`

    test('another project of that name', async () => {
      expect(await refusedBy('foreign', makeForeign)).toContain('holds another project')
    })
    test('something that is no repository', async () => {
      expect(await refusedBy('taken', 'mkdir -p git/taken.git && touch git/taken.git/x')).toContain(
        'is not a bare git repository',
      )
    })
    test('a repository that git cannot read', async () => {
      const broken =
        'mkdir -p git && git init -q --bare git/broken.git && echo "[core" >git/broken.git/config'
      expect(await refusedBy('broken', broken)).toContain('cannot read /home/deploy/git/broken.git')
    })
    test('a folder that the user may not write to', async () => {
      const refused = await refusedBy('no write', ':', '--base', '/opt/git')
      expect(refused).toContain('deploy may not make anything in /opt')
      expect(refused).toContain('--become-user root')
    })
    test('a repository of somebody else', async () => {
      await web1().read('cd / && git init -q --bare /srv/theirs.git')
      expect(await refusedBy('theirs', ':', '--base', '/srv')).toMatch(/belongs to root/)
      await web1().read('cd /home/deploy && mkdir -p git && git init -q --bare git/mine.git', {
        user: 'deploy',
      })
      const here = await (await project('mine')).committed()
      const asRoot = ['web1', '-F', web1().sshConfig, '--yes', '--base', '/home/deploy/git']
      const { code, stderr } = await here.ops(...asRoot)
      expect(stderr).toContain(
        '/home/deploy/git/mine.git belongs to deploy, so git does not serve it to root',
      )
      expect([code, await here.git('remote')]).toEqual([1, ''])
    })
  })
})

describeReal('a host without git', () => {
  const bare = useHost({ name: 'bare' })

  test('is refused, and gets git where that was asked for', async () => {
    const here = await new TestProject('app', bare().sshConfig).committed()
    const words = ['bare-deploy', '-F', bare().sshConfig, '--yes', '--base', '~/git']
    const refused = await here.ops(...words)
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain('there is no git on bare-deploy')
    expect(refused.stderr).toContain('--install-git')
    expect(await here.git('remote')).toBe('')
    expect(await here.ops(...words, '--install-git')).toMatchObject({ code: 0, stderr: '' })
    expect(await here.git('ls-remote', 'origin', 'HEAD')).toContain(await here.git('rev-parse', 'HEAD'))
  })
})
