/** Starts a real sshd of this machine on loopback, with keys and files of its own, for the tests of the transport. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { ConnectTarget } from '../../src/transport/transport.ts'
import { lacking, skippedFor } from '../needs.ts'

/** A running server, and what a client needs to log in to it. */
export interface TestSshd {
  readonly port: number
  readonly directory: string
  /** A config file with the key, the port and known hosts of this server; the host is called `lab`. */
  readonly configFile: string
  readonly knownHosts: string
  readonly identity: string
  readonly hostKey: string
  /** The process id of the listening server. */
  readonly pid: number
  target(more?: Partial<ConnectTarget>): ConnectTarget
  stop(): Promise<void>
}

/** Whether a real sshd can be started here. */
export function canRunSshd(): boolean {
  if (lacking('sshd') !== undefined) return false
  if (userInfo().uid !== 0) skippedFor('root: an sshd that lets somebody in needs it')
  try {
    execFileSync('/usr/sbin/sshd', ['-T', '-f', '/dev/null', '-h', '/dev/null'], { stdio: 'ignore' })
  } catch (error) {
    return (error as { status?: number }).status !== undefined && userInfo().uid === 0
  }
  return userInfo().uid === 0
}

/** Starts sshd with extra lines of sshd_config and of ssh_config. */
export async function startSshd(
  options: { sshd?: readonly string[]; ssh?: readonly string[]; environment?: Record<string, string> } = {},
): Promise<TestSshd> {
  const directory = mkdtempSync(join(tmpdir(), 'ops-sshd-'))
  const path = (name: string) => join(directory, name)
  for (const [type, name] of [
    ['ed25519', 'host'],
    ['ed25519', 'id'],
  ] as const) {
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', `test ${name}`, '-f', path(name)])
  }
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  writeFileSync(path('authorized_keys'), readFileSync(path('id.pub')))
  const port = await freePort()
  writeFileSync(
    path('sshd_config'),
    [
      ...(options.sshd ?? []),
      // As in `test/hosts/lean.ts`.
      'KexAlgorithms curve25519-sha256',
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${path('host')}`,
      `AuthorizedKeysFile ${path('authorized_keys')}`,
      `PidFile ${path('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      '',
    ].join('\n'),
  )
  const hostKey = readFileSync(path('host.pub'), 'utf8').trim()
  writeFileSync(path('known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`)
  writeFileSync(
    path('config'),
    [
      'Host lab',
      ...(options.ssh ?? []),
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${path('id')}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${path('known_hosts')}`,
      '  GlobalKnownHostsFile /dev/null',
      '',
    ].join('\n'),
  )
  const server = spawn('/usr/sbin/sshd', ['-D', '-r', '-e', '-f', path('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...options.environment },
  })
  const exited = new Promise<void>(resolve => server.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let text = ''
    server.stderr.on('data', chunk => {
      text += chunk
      if (/Server listening/.test(text)) resolve()
    })
    void exited.then(() => reject(new Error(`sshd ended: ${text}`)))
  })
  return {
    port,
    directory,
    configFile: path('config'),
    knownHosts: path('known_hosts'),
    identity: path('id'),
    hostKey,
    pid: server.pid ?? 0,
    target: more => ({ name: 'lab', destination: 'lab', sshConfigFile: path('config'), ...more }),
    async stop() {
      server.kill()
      await exited
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A port that nobody listens on right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
