import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { wayTo } from './way-to-web1.ts'

describeReal('git-remote meets a host as it is', () => {
  const web1 = useHost({ name: 'web1', withPackages: ['git'] })
  const { project, words, inHome } = wayTo(web1)

  describe('ways that differ', () => {
    test('root makes it for the user that pushes', async () => {
      const here = await (await project('by sudo')).committed()
      expect(await here.ops(...words('--base', '/opt/git', '--become-user', 'root'))).toMatchObject({
        code: 0,
        stderr: '',
      })
      expect(await web1().read('stat -c %U "/opt/git/by sudo.git" "/opt/git/by sudo.git/config"')).toBe(
        'deploy\ndeploy\n',
      )
      expect((await here.ops(...words('--base', '/opt/git', '--undo'))).stderr).toContain(
        'may not remove anything',
      )
      expect((await here.ops(...words('--base', '/opt/git', '--undo', '--become-user', 'root'))).code).toBe(0)
    })

    test('an origin that leads elsewhere stays, and another remote is offered', async () => {
      const here = await (await project('two remotes')).committed()
      await here.git('remote', 'add', 'origin', 'ext::sh -c "touch /tmp/ops-never"')
      const refused = await here.ops(...inHome())
      expect(refused).toMatchObject({ code: 3 })
      expect(refused.stderr).toContain('--remote web1-deploy')
      expect((await here.ops(...inHome('--remote', 'web1'))).code).toBe(0)
      expect(await here.git('rev-parse', '--abbrev-ref', '@{u}')).toBe('web1/main')
      expect(await here.git('remote', 'get-url', 'origin')).toContain('ext::')
    })

    test('a detached HEAD needs --branch, and a changed tree is said', async () => {
      const here = await (await project('detached')).committed()
      await here.git('checkout', '--quiet', '--detach')
      here.write('not committed', 'x')
      const outcome = await here.ops(...inHome('--branch', 'main', '--transport', 'openssh'))
      expect(outcome).toMatchObject({ code: 0, stderr: '' })
      expect(outcome.stdout).toContain('1 path is changed and not committed')
    })

    test('a login shell that prints is named as the cause, and the run after it finishes', async () => {
      const here = await (await project('noise')).committed()
      const guest = ['web1-guest', '-F', web1().sshConfig, '--yes', '--base', '~']
      await web1().read(
        "cd /home/guest && printf 'echo welcome\\n' | cat - .bashrc >b; cp .bashrc bashrc.was; cp b .bashrc",
      )
      const noisy = await here.ops(...guest)
      expect(noisy.code).toBe(1)
      expect(noisy.stderr).toContain('prints text of its own')
      await web1().read('cd /home/guest && cp bashrc.was .bashrc')
      expect(await here.ops(...guest)).toMatchObject({ code: 0, stderr: '' })
    })

    test('host and base come from ops.ini', async () => {
      const here = await (await project('from ini')).committed()
      here.write(
        'ops.ini',
        `[hosts]\nstore = deploy@${web1().address}\n[git-remote]\nhost = store\nbase = /home/deploy/kept\n`,
      )
      writeFileSync(
        join(here.home, 'config'),
        `Host *\nIdentityFile ${web1().keyFile}\nUserKnownHostsFile ${web1().knownHosts}\n`,
      )
      const outcome = await here.ops('-F', join(here.home, 'config'), '--yes')
      expect(outcome).toMatchObject({ code: 0, stderr: '' })
      expect(await here.git('remote', 'get-url', 'origin')).toBe(
        `ssh://deploy@${web1().address}/home/deploy/kept/from%20ini.git`,
      )
    })

    /** As a shell reads a line that quotes whole words only. */
    const wordsOf = (line: string): string[] => line.split(' ').map(word => word.replace(/^'(.*)'$/, '$1'))

    test('the examples of the help work as they stand there', async () => {
      const here = await (await project('examples')).committed()
      const { stdout: help } = await here.ops('--help')
      const settings = help.slice(help.indexOf('  [git-remote]')).split('\n').slice(0, 3)
      here.write('ops.ini', `${settings.map(line => line.trim()).join('\n')}\n`)
      const examples = [...help.matchAll(/^ {2}ops git-remote (.*?)(?: {2,}.*)?$/gm)].map(
        found => found[1] ?? '',
      )
      expect(examples).toHaveLength(4)
      for (const example of examples) {
        const outcome = await here.ops(...wordsOf(example), '-F', web1().sshConfig, '--yes')
        expect(outcome, example).toMatchObject({ code: 0, stderr: '' })
      }
    })

    test('host and base are asked for once on a terminal, and kept', async () => {
      const here = await (await project('asked')).committed()
      const flags = ['-F', web1().sshConfig]
      here.write('ops.ini', '; ours\n[socks]\n')
      const said = await here.onTerminal(flags, [
        [/Host to keep the project on/, 'web1-deploy\r'],
        [/Folder on the host/, '\r'],
        [/Apply \d+ changes/, 'y\r'],
      ])
      expect(said).toContain('Kept in ')
      const kept = '; ours\n[socks]\n\n[git-remote]\nhost = web1-deploy\nbase = ~/git\n'
      expect(readFileSync(join(here.folder, 'ops.ini'), 'utf8')).toBe(kept)
      expect(await here.ops(...flags, '--yes')).toMatchObject({ code: 0, stderr: '' })
    })

    test('this machine itself will do', async () => {
      const here = await (await project('nearby')).committed()
      const near = ['local', '--base', join(here.home, 'git'), '--yes']
      expect(await here.opsApart(...near)).toMatchObject({ code: 0, stderr: '' })
      expect(await here.git('ls-remote', 'origin', 'HEAD')).toContain(await here.git('rev-parse', 'HEAD'))
      expect((await here.opsApart(...near, '--undo')).code).toBe(0)
    })
  })
})
