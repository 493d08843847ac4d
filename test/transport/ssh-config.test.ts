/** Host names that could be options or shell are refused before any process starts; configs are read as ssh reads them. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { connect } from '../../src/transport/connect.ts'
import { expandPath, one, parseSettings, resolveHost, splitPaths } from '../../src/transport/ssh-config.ts'

const directory = mkdtempSync(join(tmpdir(), 'ops-ssh-config-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const config = (text: string) => {
  const path = join(directory, `config-${Math.random().toString(36).slice(2)}`)
  writeFileSync(path, text)
  return path
}

describe('a destination', () => {
  /** A search path on which `ssh` only tells that it was started. */
  const programs = join(directory, 'programs')
  mkdirSync(programs)
  writeFileSync(join(programs, 'ssh'), `#!/bin/sh\necho >${programs}/started\n`, { mode: 0o755 })

  test.each([
    '-oProxyCommand=touch /tmp/owned',
    '-F/tmp/x',
    '--',
    'user@-oProxyCommand=x',
    '-l@host',
    'host name',
    'host;id',
    'host`id`',
    '$(id)',
    "it's",
    'a\nb',
    'a\0b',
    'host\\x',
    'a|b',
    '',
    'user@',
  ])('such as %j is refused as bad input, with no process started', async destination => {
    const path = process.env.PATH
    process.env.PATH = programs
    try {
      const error = await connect({ name: 'bad', destination }).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OpsError)
      expect((error as OpsError).data).toMatchObject({ code: 'input', changed: 'no', host: 'bad' })
      expect((error as OpsError).data.title).toMatch(/cannot be used as a (host|user) name/)
      expect(existsSync(join(programs, 'started'))).toBe(false)
    } finally {
      process.env.PATH = path
    }
  })

  test('that the config turns into an option is refused as well', async () => {
    const sshConfigFile = config('Host trap\n  HostName -oProxyCommand=id\n')
    const error = await resolveHost({ name: 'trap', destination: 'trap', sshConfigFile }).catch(
      thrown => thrown,
    )
    expect((error as OpsError).data.code).toBe('input')
  })
})

test('Include, Match and tokens are what ssh says they are', async () => {
  const included = config('Host web\n  Port 2200\n')
  const sshConfigFile = config(
    `Include ${included}\nMatch originalhost web\n  User deploy\n  HostName %h.example.com\nHost *\n  User other\n  IdentityFile ~/.ssh/%r@%h\n`,
  )
  const host = await resolveHost({ name: 'web', destination: 'web', sshConfigFile })
  expect(host).toMatchObject({ alias: 'web', hostname: 'web.example.com', port: 2200, user: 'deploy' })
  expect(expandPath(host.settings.get('identityfile')?.[0] ?? '', host)).toBe(
    `${userInfo().homedir}/.ssh/deploy@web.example.com`,
  )
})

test('a broken config file is bad input, with the words of ssh', async () => {
  const sshConfigFile = config('Host x\n  NoSuchSetting yes\n')
  const error = await resolveHost({ name: 'x', destination: 'x', sshConfigFile }).catch(thrown => thrown)
  expect((error as OpsError).data).toMatchObject({
    code: 'input',
    title: 'ssh could not read its configuration',
  })
  expect((error as OpsError).data.detail).toContain('nosuchsetting')
})

test('a ProxyJump that leads back to itself is bad input', async () => {
  const sshConfigFile = config('Host *\n  HostName 127.0.0.1\n  ProxyJump other\n')
  const error = await connect({ name: 'x', destination: 'x', sshConfigFile }).catch(thrown => thrown)
  expect((error as OpsError).data.title).toBe('ProxyJump of x leads back to itself')
})

test('repeated keywords are kept in order, and none is nothing', () => {
  const settings = parseSettings('identityfile /a\nidentityfile /b c\nproxyjump none\nsetenv\n')
  expect(settings.get('identityfile')).toEqual(['/a', '/b c'])
  expect(one(settings, 'proxyjump')).toBeUndefined()
  expect(splitPaths('/a/known hosts ~/b /c none')).toEqual(['/a/known hosts', '~/b', '/c none'])
})
