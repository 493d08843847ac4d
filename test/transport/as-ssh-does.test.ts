/** What the ssh config says about a host means to ops what it means to `ssh`, whichever backend is used. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorDataOf } from '../../src/base/errors.ts'
import { type ConnectTarget, connect } from '../../src/transport/index.ts'
import { runScript } from './programs.ts'
import { canRunSshd, startSshd, type TestSshd } from './sshd.ts'

describe.skipIf(!canRunSshd())('the ssh config', () => {
  let sshd: TestSshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())

  let configs = 0
  const configWith = (lines: readonly string[]): string => {
    const path = join(sshd.directory, `config-${++configs}`)
    writeFileSync(path, `Host lab\n${lines.join('\n')}\n${readFileSync(sshd.configFile, 'utf8')}`)
    return path
  }

  /** Whether the system's client runs a command there, without what only its own sessions are about. */
  const sshRuns = (config: string): boolean => {
    const plain = ['RemoteCommand=none', 'SessionType=default', 'ForkAfterAuthentication=no', 'BatchMode=yes']
    const words = ['-T', '-F', config, ...plain.flatMap(each => ['-o', each]), 'lab', 'true']
    return spawnSync('ssh', words, { stdio: 'ignore' }).status === 0
  }

  const opsRuns = async (config: string, more: Partial<ConnectTarget> = {}): Promise<boolean | string> => {
    try {
      const transport = await connect(sshd.target({ sshConfigFile: config, ...more }))
      const { ending } = await runScript(transport, 'exit 0')
      await transport.close()
      return 'code' in ending && ending.code === 0
    } catch (error) {
      const { title, detail = '' } = errorDataOf(error)
      return `${title} ${detail}`
    }
  }

  test.each<[line: string, runs: boolean]>([
    ['ForkAfterAuthentication yes', true],
    ['AddressFamily inet6', false],
    ['RemoteCommand uptime', true],
    ['SessionType none', true],
    ['SessionType subsystem', true],
    ['StdinNull yes', true],
    ['RequestTTY force', true],
    ['BindInterface lo', true],
    ['BindAddress 192.0.2.9', false],
    ['ControlMaster auto\n  ControlPath /nowhere/at/all', true],
    ['ControlMaster auto\n  ControlPath none\n  ControlPersist yes', true],
    ['ProxyUseFdpass no', true],
    ['Tunnel ethernet\n  TunnelDevice any:any', true],
    ['ExitOnForwardFailure yes\n  LocalForward 1 127.0.0.1:1', true],
    ['PermitLocalCommand yes\n  LocalCommand false', true],
    ['PubkeyAuthentication no', false],
    ['ProxyCommand false', false],
    ['Ciphers aes256-ctr', true],
    ['HostKeyAlgorithms ecdsa-sha2-nistp256', false],
  ])('%s: as ssh does, over both backends', async (line, runs) => {
    const config = configWith([`  ${line}`])
    if (!/LocalForward|LocalCommand|ControlPath|Tunnel/.test(line)) expect(sshRuns(config)).toBe(runs)
    for (const backend of [undefined, 'openssh'] as const) {
      const answer = await opsRuns(config, backend && { backend })
      if (runs) expect(answer).toBe(true)
      else expect(answer).toMatch(/cannot be reached|does not let|is not known|host key/)
    }
  })

  describe('a private key that others may read', () => {
    const openKey = (): string => {
      const path = join(sshd.directory, `open-${++configs}`)
      copyFileSync(sshd.identity, path)
      chmodSync(path, 0o644)
      return path
    }

    test.each(['ssh2', 'openssh'] as const)('is not used over %s, nor by ssh', async backend => {
      const key = openKey()
      const config = configWith([])
      writeFileSync(config, readFileSync(config, 'utf8').replace(/IdentityFile .*/, `IdentityFile ${key}`))
      expect(sshRuns(config)).toBe(false)
      expect(await opsRuns(config, { backend })).toMatch(
        `key ${key}: others may read it (mode 0644), so ssh does not use it: chmod 600 ${key}`,
      )
      chmodSync(key, 0o600)
      expect(await opsRuns(config, { backend })).toBe(true)
    })

    test.each(['ssh2', 'openssh'] as const)(
      'is refused over %s before anything is contacted, when it was named',
      async backend => {
        const key = openKey()
        const answer = await opsRuns(configWith([]), { backend, identityFile: key, port: 1 })
        expect(answer).toMatch(`the key ${key} cannot be used: others may read it (mode 0644)`)
      },
    )
  })
})
