/** What ssh said of a host is asked again whenever it could say something else. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parseSettings } from '../../src/transport/ssh-config.ts'
import { keptSettings } from '../../src/transport/ssh-kept-answers.ts'

const program = '/usr/bin/ssh'

describe.skipIf(!existsSync(program) || process.platform !== 'linux')('what ssh says of a host', () => {
  const { PATH, XDG_CACHE_HOME } = process.env
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ops-ssh-kept-'))
    file = join(folder, 'config')
    mkdirSync(join(folder, 'more'))
    process.env.PATH = '/usr/bin:/bin'
    process.env.XDG_CACHE_HOME = join(folder, 'cache')
    // What the tests write has been there for a while.
    const now = Date.now.bind(Date)
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    process.env.PATH = PATH
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME
    rmSync(folder, { recursive: true })
  })

  /** Whether ssh was asked; what is answered is always what it says. */
  const asks = async (name = 'web', more: readonly string[] = []): Promise<boolean> => {
    const words = ['-F', file, ...more]
    const said = () =>
      parseSettings(execFileSync(program, ['-N', '-T', '-G', ...words, '--', name], { encoding: 'utf8' }))
    let asked = false
    const settings = await keptSettings(
      { name, file, user: undefined, port: undefined, words },
      async () => {
        asked = true
        return said()
      },
      async () => [file],
    )
    expect(settings).toEqual(said())
    return asked
  }

  test('is asked once for each host and flag, until a file or a folder that it reads changes', async () => {
    writeFileSync(file, `Include ${folder}/more/*.conf\nHost web\n  HostName 192.0.2.1\n  User one\n`)
    expect([await asks(), await asks()]).toEqual([true, false])
    expect([await asks('db'), await asks('db'), await asks('web')]).toEqual([true, false, false])
    expect([await asks('web', ['-l', 'two']), await asks('web', ['-l', 'two'])]).toEqual([true, false])
    writeFileSync(join(folder, 'more/port.conf'), 'Port 2222\n')
    expect([await asks(), await asks()]).toEqual([true, false])
    writeFileSync(join(folder, 'more/port.conf'), 'Port 2223\n')
    utimesSync(join(folder, 'more/port.conf'), 1, 1)
    expect([await asks(), await asks()]).toEqual([true, false])
    rmSync(join(folder, 'more/port.conf'))
    expect(await asks()).toBe(true)
  })

  test.each([
    ['a question to a program', 'Match exec true\n  Port 2222\n'],
    ['a variable', 'Host web\n  IdentityFile ${HOME}/key\n'],
    ['a token', 'Host web\n  HostName %h.example.com\n'],
    ['what concerns names that are looked up', 'CanonicalizeMaxDots 1\n'],
  ])('is asked each time where the config has %s', async (_, text) => {
    writeFileSync(file, text)
    expect([await asks(), await asks()]).toEqual([true, true])
  })

  test('is asked each time for a user at a host', async () => {
    writeFileSync(file, 'Host web\n  IdentityFile ${HOME}/key\n')
    expect([await asks('bob@web'), await asks('bob@web')]).toEqual([true, true])
  })

  test('is asked each time while a file has just changed, as the next change may have the same time', async () => {
    vi.restoreAllMocks()
    writeFileSync(file, 'Host web\n  Port 2222\n')
    const { ctimeMs } = statSync(file)
    const clock = vi.spyOn(Date, 'now').mockReturnValue(ctimeMs + 1000)
    expect([await asks(), await asks()]).toEqual([true, true])
    clock.mockReturnValue(ctimeMs + 3000)
    expect([await asks(), await asks()]).toEqual([true, false])
  })

  test('is not kept where this ssh reads other files, which it is asked once for all hosts', async () => {
    let [asked, told] = [0, 0]
    const ask = (name: string) =>
      keptSettings(
        { name, file: undefined, user: undefined, port: undefined, words: [] },
        async () => {
          asked++
          return new Map([['port', ['22']]])
        },
        async () => {
          told++
          return ['/opt/etc/ssh_config']
        },
      )
    for (const name of ['web', 'web', 'db']) await ask(name)
    expect(asked).toBe(3)
    // Not at all where only ssh can tell what the config of this machine says.
    expect(told).toBeLessThan(2)
  })
})
