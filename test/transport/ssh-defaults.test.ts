/** What ssh does by itself is asked once for each program: a run more starts one process less. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keptDefaults } from '../../src/transport/ssh-defaults.ts'

const program = '/usr/bin/ssh'
const answer = new Map([
  ['port', ['22']],
  ['ciphers', ['aes256-gcm@openssh.com,aes128-ctr']],
])

describe.skipIf(!existsSync(program) || process.platform !== 'linux')('the defaults of ssh', () => {
  const { PATH, XDG_CACHE_HOME } = process.env
  let folder: string
  const kept = () => join(folder, 'cache', 'ops', 'ssh')
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ops-ssh-defaults-'))
    mkdirSync(join(folder, 'bin'))
    process.env.PATH = `${folder}/none:${folder}/bin:/usr/bin:/bin`
    process.env.XDG_CACHE_HOME = join(folder, 'cache')
  })
  afterEach(() => {
    process.env.PATH = PATH
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME
    rmSync(folder, { recursive: true })
  })

  /** How often ssh was asked for one answer. */
  const asked = async (): Promise<number> => {
    let count = 0
    const ask = async () => {
      count++
      return answer
    }
    expect(await keptDefaults(ask)).toEqual(answer)
    return count
  }

  test('are asked once, and again for another program of that name', async () => {
    expect([await asked(), await asked()]).toEqual([1, 0])
    symlinkSync('/usr/bin/env', join(folder, 'bin/ssh'))
    expect([await asked(), await asked()]).toEqual([1, 0])
    expect(readdirSync(kept())).toHaveLength(2)
  })

  test('are asked each time where ssh is a script, which may start any other', async () => {
    writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 })
    expect([await asked(), await asked()]).toEqual([1, 1])
  })

  test('are asked again where what was kept is torn', async () => {
    await asked()
    const [name = ''] = readdirSync(kept())
    writeFileSync(join(kept(), name), '[["port",')
    expect([await asked(), await asked()]).toEqual([1, 0])
  })
})
