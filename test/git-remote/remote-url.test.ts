import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { isSamePath, readRemoteUrl, remoteUrl, type UrlHost } from '../../src/git-remote/remote-url.ts'

const ssh = (host: string, user?: string, port?: number): UrlHost => ({ kind: 'ssh', host, user, port })

/** What git itself makes of a URL: the host, the port and the path that it would ask ssh for. */
function asGitReads(url: string): string {
  return execFileSync('git', ['fetch-pack', '--diag-url', url], { encoding: 'utf8' })
}

describe('the URL that is made', () => {
  const paths = [
    '/srv/git/app.git',
    '/srv/my git/Übung №1.git',
    '/a/100%.git',
    '/a/it\'s "x" #1?.git',
    '/a/b:c.git',
  ]
  test.each(paths)('%s reaches git as it is', path => {
    const url = remoteUrl(ssh('web1', 'deploy', 2222), path)
    expect(asGitReads(url)).toContain(`Diag: path=${path}\n`)
    expect(readRemoteUrl(url)).toEqual({ kind: 'ssh', host: 'web1', user: 'deploy', port: 2222, path })
  })
  test('blanks are encoded and letters stay readable', () => {
    expect(remoteUrl(ssh('web1'), '/srv/my git/größe.git')).toBe('ssh://web1/srv/my%20git/größe.git')
  })
  test('an IPv6 address stands in brackets', () => {
    const url = remoteUrl(ssh('fe80::1', undefined, 2222), '/a.git')
    expect(url).toBe('ssh://[fe80::1]:2222/a.git')
    expect(readRemoteUrl(url)).toMatchObject({ host: 'fe80::1', port: 2222 })
  })
  test('this machine needs no host', () => {
    expect(remoteUrl({ kind: 'local' }, '/srv/git/app.git')).toBe('/srv/git/app.git')
  })
})

describe('URLs that others wrote', () => {
  test.each([
    ['web1:git/app.git', { kind: 'ssh', host: 'web1', path: 'git/app.git' }],
    ['deploy@web1:/srv/app.git', { kind: 'ssh', host: 'web1', user: 'deploy', path: '/srv/app.git' }],
    ['web1:~/app.git', { kind: 'ssh', host: 'web1', path: 'app.git' }],
    ['[web1:2222]:app.git', { kind: 'ssh', host: 'web1', port: 2222, path: 'app.git' }],
    ['[::1]:app.git', { kind: 'ssh', host: '::1', path: 'app.git' }],
    ['ssh://web1:22/~/app.git', { kind: 'ssh', host: 'web1', port: 22, path: 'app.git' }],
    ['git+ssh://u@web1/a%20b.git', { kind: 'ssh', host: 'web1', user: 'u', path: '/a b.git' }],
    ['/srv/app.git', { kind: 'file', path: '/srv/app.git' }],
    ['./a:b', { kind: 'file', path: './a:b' }],
    ['file:///srv/a.git', { kind: 'file', path: '/srv/a.git' }],
    ['https://example.com/a.git', { kind: 'other' }],
    ['ext::sh -c "touch /tmp/x"', { kind: 'other' }],
    ['ssh://-oProxyCommand=x/a', { kind: 'other' }],
    ['-oProxyCommand=x:a', { kind: 'other' }],
  ])('%s', (url, place) => {
    expect(readRemoteUrl(url)).toMatchObject(place)
  })
})

test('a path is the same with and without .git, trailing slash and home', () => {
  expect(isSamePath('git/app', '/home/deploy/git/app.git', '/home/deploy')).toBe(true)
  expect(isSamePath('/srv//git/app.git/', '/srv/git/app', '/root')).toBe(true)
  expect(isSamePath('/srv/git/app2.git', '/srv/git/app.git', '/root')).toBe(false)
})
