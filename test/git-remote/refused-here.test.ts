import { chownSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TestProject } from './project.ts'

/** An address that answers nobody: what is refused here must not wait for it. */
const words = ['deploy@192.0.2.1', '-F', 'none', '--yes', '--base', '~/git']
const project = (name = 'app') => new TestProject(name, 'none')

describe('refused before anything is contacted', () => {
  test.each<[string, string[], RegExp]>([
    ['a host that is a remote helper', ['ext::sh -c "touch /tmp/x"', ...words.slice(1)], /is not a host/],
    [
      'a host with a leading dash',
      ['--', '-oProxyCommand=x'],
      /an address must not begin with a dash|no host/,
    ],
    ['no host', words.slice(1), /no host given/],
    ['no base', words.slice(0, 4), /no folder for repositories/],
    ['a relative base', [...words, '--base', 'git'], /--base "git" is neither absolute/],
    ['a name with a leading dash', [...words, '--name=-rf'], /--name "-rf" begins with a dash/],
    [
      'a remote with a leading dash',
      [...words, '--remote=--upload-pack=x'],
      /--remote .* begins with a dash/,
    ],
    ['a branch with a leading dash', [...words, '--branch=-x'], /--branch "-x" begins with a dash/],
    ['no yes and nobody to ask', words.filter(word => word !== '--yes'), /git-remote needs a yes/],
    ['a branch that is not there', [...words, '--branch', 'mian'], /there is no branch mian[\s\S]*main/],
    ['the sandbox', ['sandbox', ...words.slice(1)], /thrown away/],
  ])('%s', async (_case, argv, said) => {
    const here = await project().committed()
    const refused = await here.ops(...argv)
    expect(refused.stderr).toMatch(said)
    expect(refused.code).toBe(3)
  })

  test('a folder that is no repository', async () => {
    const refused = await project().ops(...words)
    expect(refused).toMatchObject({ code: 3 })
    expect(refused.stderr).toContain('is not a git repository')
  })

  test('a project without commits', async () => {
    const here = project()
    await here.git('init', '--quiet')
    expect((await here.ops(...words)).stderr).toContain('has no commits yet')
  })

  test('a detached HEAD', async () => {
    const here = await project().committed()
    await here.git('checkout', '--quiet', '--detach')
    const refused = await here.ops(...words)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toMatch(/HEAD is detached[\s\S]*--branch \(main\)/)
  })

  test('a shallow clone', async () => {
    const here = await project().committed()
    await here.git('init', '--quiet', '../shallow')
    await here.git(
      '-C',
      '../shallow',
      'fetch',
      '--quiet',
      '--depth',
      '1',
      `file://${here.folder}`,
      'main:other',
    )
    await here.commit('second')
    await here.git('fetch', '--quiet', '--depth', '1', `file://${here.home}/shallow`, 'other:other')
    const refused = await here.ops(...words)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('git fetch --unshallow')
  })

  test('a project of somebody else', async () => {
    if (process.getuid?.() !== 0) return
    const here = await project().committed()
    chownSync(here.folder, 65_534, 65_534)
    const refused = await here.ops(...words)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('belongs to another user')
  })

  test('an origin that leads elsewhere, with the way out', async () => {
    const here = await project().committed()
    await here.git('remote', 'add', 'origin', 'https://example.com/app.git')
    const refused = await here.ops(...words.slice(0, 4), '--base', '/srv/git')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toMatch(/origin leads to https:\/\/example.com\/app.git[\s\S]*--remote/)
  })

  test('a git config that would lead our URL elsewhere', async () => {
    const here = await project().committed()
    await here.git('config', 'url.https://example.com/.insteadOf', 'ssh://')
    const refused = await here.ops(...words)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('your git config turns ssh://deploy@192.0.2.1/')
  })

  test('settings in ops.ini that make no sense, with their lines', async () => {
    const here = await project().committed()
    here.write('ops.ini', '[git-remote]\nbase = git\nfolder = x\n')
    const refused = await here.ops('deploy@192.0.2.1', '--yes')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toMatch(/ops.ini:2[\s\S]*ops.ini:3/)
  })
})
