/** The first script leaves with the login, against real sshds on loopback in all the moods that spoil the guess. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { type ConnectTarget, connect, connectShell, type Transport } from '../../src/transport/index.ts'
import { startProxy } from '../faults/instruments/proxy.ts'
import { startLockStep } from './lock-step.ts'
import { canRunSshd, startSshd, type TestSshd } from './sshd.ts'

describe.skipIf(!canRunSshd())('a script that is written before the login', () => {
  let sshd: TestSshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())

  const ownSshd = async (options: Parameters<typeof startSshd>[0]) => {
    const own = await startSshd(options)
    onTestFinished(() => own.stop())
    return own
  }
  /** Writes at once, and gathers all that came of it. */
  const run = async (target: ConnectTarget, script: string) => {
    const logins: Transport[] = []
    const { shell, connected } = connectShell(async first => {
      const transport = await connect(target, first)
      logins.push(transport)
      return transport
    })
    shell.stdin.end(script)
    const failure = await connected.then(
      () => shell.ready.then(() => undefined),
      (error: unknown) => error,
    )
    const [stdout, ending] = await Promise.all([buffer(shell.stdout), shell.ended])
    await Promise.all(logins.map(each => each.close()))
    return { stdout: stdout.toString(), ending, failure, backend: logins[0]?.backend }
  }
  const through = (server: TestSshd, port: number): string => {
    const path = join(server.directory, `through-${port}`)
    const alias = `Host lab\n  Port ${port}\n  HostKeyAlias [127.0.0.1]:${server.port}\n`
    writeFileSync(path, alias + readFileSync(server.configFile, 'utf8'))
    return path
  }

  test('leaves before the host has answered anything but the key exchange', async () => {
    const script = `: ${'x'.repeat(4000)}\necho early\n`
    const link = await startLockStep(sshd.port, script.length)
    onTestFinished(() => link.close())
    const target = sshd.target({ sshConfigFile: through(sshd, link.port) })
    const { stdout, failure } = await run(target, script)
    expect(failure).toBeUndefined()
    expect(stdout).toBe('early\n')
    expect(link.isReleased()).toBe(true)
  })

  test('arrives whole where it is larger than what may go early', async () => {
    const text = 'x'.repeat(70)
    const script = `n=0\n${`: ${text}\nn=$((n+1))\n`.repeat(10_000)}echo $n\n`
    const { stdout, ending } = await run(sshd.target(), script)
    expect(stdout).toBe('10000\n')
    expect(ending).toEqual({ code: 0 })
  })

  test('is run once where the first key is refused and a later one is taken', async () => {
    const own = await ownSshd({})
    const other = join(own.directory, 'other')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
    const config = join(own.directory, 'two-keys')
    writeFileSync(config, `Host lab\n  IdentityFile ${other}\n${readFileSync(own.configFile, 'utf8')}`)
    const log = join(own.directory, 'runs')
    const { stdout } = await run(own.target({ sshConfigFile: config }), `echo run >>${log}; echo done\n`)
    expect(stdout).toBe('done\n')
    expect(readFileSync(log, 'utf8')).toBe('run\n')
  })

  test('is never run where the login is refused, and the error is that of a login', async () => {
    const own = await ownSshd({})
    const other = join(own.directory, 'other')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
    const config = join(own.directory, 'wrong-key')
    writeFileSync(config, readFileSync(own.configFile, 'utf8').replace(own.identity, other))
    const log = join(own.directory, 'runs')
    const { failure, ending, stdout } = await run(
      own.target({ sshConfigFile: config }),
      `echo run >>${log}\n`,
    )
    expect(failure).toBeInstanceOf(OpsError)
    expect((failure as OpsError).data.code).toBe('authentication')
    expect(ending).toHaveProperty('lost')
    expect(stdout).toBe('')
    expect(() => readFileSync(log)).toThrow('ENOENT')
  })

  test('a server that allows no session at all is told as such', async () => {
    const own = await ownSshd({ sshd: ['MaxSessions 0'] })
    const { failure } = await run(own.target(), 'echo never\n')
    expect((failure as OpsError).data).toMatchObject({ code: 'unreachable', changed: 'no' })
    expect((failure as OpsError).message).toContain('session')
  })

  test('a forced command gets the script on its input, as after a login', async () => {
    const own = await ownSshd({ sshd: ['ForceCommand eval "$SSH_ORIGINAL_COMMAND"'] })
    const { stdout } = await run(own.target(), 'echo script\n')
    expect(stdout).toBe('script\n')
  })

  test('waits for the login over openssh, and with compression', async () => {
    for (const more of [{ backend: 'openssh' as const }, { compress: true }]) {
      const { stdout, failure } = await run(sshd.target(more), 'echo later\n')
      expect(failure).toBeUndefined()
      expect(stdout).toBe('later\n')
    }
  })

  test('a connection that breaks after the login was asked for is lost, not refused', async () => {
    const proxy = await startProxy({ port: sshd.port })
    onTestFinished(() => proxy.close())
    // The greeting, the list of algorithms, the answer to the key exchange and the word that ends it are the last that pass.
    proxy.arm({ fault: 'reset', direction: 'toClient', afterPackets: 4 })
    const { failure } = await run(sshd.target({ sshConfigFile: through(sshd, proxy.port) }), 'echo never\n')
    expect((failure as OpsError).data).toMatchObject({ code: 'unreachable', changed: 'no' })
  })
})
