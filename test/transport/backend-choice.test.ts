/** The openssh backend is chosen by itself where ssh2 would do less than ssh, and then really does it. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { ssh2Fitness } from '../../src/transport/backend-choice.ts'
import { checkRoute, connect } from '../../src/transport/index.ts'
import { defaultSettings, resolveHost } from '../../src/transport/ssh-config.ts'
import { runScript } from './programs.ts'
import { canRunSshd, startSshd, type TestSshd } from './sshd.ts'

const noKeys = { agentKeys: [], files: [], identitiesOnly: false }
const noAuthority = { hasCertificateAuthority: false, host: 'h' }

describe.skipIf(!canRunSshd())('the choice of the backend', () => {
  let sshd: TestSshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())

  const configWith = (name: string, lines: readonly string[]) => {
    const path = join(sshd.directory, name)
    writeFileSync(path, `Host lab\n${lines.join('\n')}\n${readFileSync(sshd.configFile, 'utf8')}`)
    return path
  }
  const lacks = async (...lines: string[]) => {
    const sshConfigFile = configWith('fitness', lines)
    const host = await resolveHost({
      name: 'lab',
      destination: 'lab',
      sshConfigFile,
      user: `u${Math.random()}`,
    })
    return ssh2Fitness(host, await defaultSettings(), noAuthority, noKeys)
  }

  test('takes ssh2 for the defaults and for settings that it honours or may leave out', async () => {
    expect((await lacks()).lacks).toEqual([])
    const harmless = [
      'ForwardAgent yes',
      'ControlMaster auto',
      'ControlPath /tmp/%C',
      'LocalForward 1 localhost:2',
    ]
    expect((await lacks(...harmless, 'Compression yes', 'ServerAliveInterval 9')).lacks).toEqual([])
  })

  test.each([
    ['ProxyCommand nc %h %p', 'proxycommand is set'],
    ['PubkeyAuthentication no', 'pubkeyauthentication is set'],
    ['VerifyHostKeyDNS yes', 'verifyhostkeydns is set'],
    ['KnownHostsCommand /bin/true', 'knownhostscommand is set'],
    ['RevokedHostKeys /dev/null', 'revokedhostkeys is set'],
    ['PKCS11Provider /lib/x.so', 'pkcs11provider is set'],
    ['CertificateFile /dev/null', 'certificatefile is set'],
    ['HostKeyAlgorithms ssh-ed25519', 'hostkeyalgorithms is restricted'],
    [
      'KexAlgorithms sntrup761x25519-sha512@openssh.com',
      'kexalgorithms prefers sntrup761x25519-sha512@openssh.com',
    ],
    ['Ciphers chacha20-poly1305@openssh.com', 'ciphers prefers chacha20-poly1305@openssh.com'],
  ])('takes openssh for `%s`', async (line, reason) => {
    expect((await lacks(line)).lacks).toEqual([reason])
  })

  test('refuses ssh2 where it was asked for and would take another way than ssh', async () => {
    const contacted = join(sshd.directory, 'contacted')
    const sshConfigFile = configWith('forced', [`ProxyCommand touch ${contacted}`])
    const target = { name: 'lab', destination: 'lab', sshConfigFile, backend: 'ssh2' } as const
    for (const attempt of [connect, checkRoute]) {
      const error = await attempt(target).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(OpsError)
      expect((error as OpsError).data).toMatchObject({
        code: 'input',
        changed: 'no',
        host: 'lab',
        detail: 'proxycommand is set.',
        next: 'Leave --transport out, or use --transport openssh.',
      })
    }
    expect(existsSync(contacted)).toBe(false)
  })

  test('takes openssh for a key file in a format that ssh2 cannot read', async () => {
    const path = join(sshd.directory, 'pkcs8')
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-m', 'PKCS8', '-N', '', '-f', path])
    appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(`${path}.pub`))
    const notes: string[] = []
    const transport = await connect(sshd.target({ identityFile: path, note: text => notes.push(text) }))
    expect(notes[0]).toContain(`backend openssh (${path} is in the format PKCS#8)`)
    expect((await runScript(transport, 'echo in')).stdout).toBe('in\n')
    await transport.close()
  })

  test('keeps to a list of algorithms that ssh2 can honour', async () => {
    const { lacks: reasons, algorithms } = await lacks(
      'Ciphers aes256-ctr,aes256-gcm@openssh.com',
      'KexAlgorithms curve25519-sha256',
    )
    expect(reasons).toEqual([])
    expect(algorithms).toMatchObject({
      cipher: ['aes256-ctr', 'aes256-gcm@openssh.com'],
      kex: ['curve25519-sha256'],
    })
  })

  test('knows a key that needs a token, and an agent key that ssh2 would skip without a word', async () => {
    const host = await resolveHost(sshd.target())
    const file = {
      path: '/k',
      contents: Buffer.alloc(0),
      publicKey: Buffer.from('x'),
      keyType: 'sk-ssh-ed25519@openssh.com',
    }
    const agentKey = { publicKey: Buffer.from('y'), keyType: 'ssh-ed25519-cert-v01@openssh.com', comment: '' }
    const found = ssh2Fitness(host, await defaultSettings(), noAuthority, {
      agentKeys: [agentKey],
      files: [file],
      identitiesOnly: false,
    })
    expect(found.lacks).toEqual([
      '/k is of type sk-ssh-ed25519@openssh.com',
      'the agent holds a key of type ssh-ed25519-cert-v01@openssh.com',
    ])
  })

  test('logs in with certificates on both sides, over openssh, and says why', async () => {
    const path = (name: string) => join(sshd.directory, name)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path('ca')])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path('certified')])
    execFileSync('ssh-keygen', ['-q', '-s', path('ca'), '-I', 'user', '-n', 'root', path('certified.pub')])
    execFileSync('ssh-keygen', [
      '-q',
      '-s',
      path('ca'),
      '-h',
      '-I',
      'host',
      '-n',
      '127.0.0.1',
      path('host.pub'),
    ])
    const server = await startSshd({
      sshd: [
        `TrustedUserCAKeys ${path('ca.pub')}`,
        `HostKey ${path('host')}`,
        `HostCertificate ${path('host-cert.pub')}`,
      ],
    })
    try {
      const knownHosts = join(server.directory, 'authority')
      writeFileSync(knownHosts, `@cert-authority [127.0.0.1]:* ${readFileSync(path('ca.pub'), 'utf8')}`)
      const config = join(server.directory, 'certified')
      const base = readFileSync(server.configFile, 'utf8').replace(
        `IdentityFile ${server.identity}`,
        `IdentityFile ${path('certified')}`,
      )
      writeFileSync(config, `Host lab\n  UserKnownHostsFile ${knownHosts}\n${base}`)
      const notes: string[] = []
      const transport = await connect({
        name: 'lab',
        destination: 'lab',
        sshConfigFile: config,
        note: text => notes.push(text),
      })
      expect(transport.backend).toBe('openssh')
      expect((await runScript(transport, 'echo in')).stdout).toBe('in\n')
      await transport.close()
      expect(notes[0]).toContain('trusts an authority for [127.0.0.1]')
      expect(notes[0]).toContain('certified-cert.pub is a certificate')
    } finally {
      await server.stop()
    }
  })
})
