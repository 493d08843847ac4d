/** An SSH server in this process that misbehaves as a test says: for faults that a real sshd does not offer. */
import { generateKeyPairSync } from 'node:crypto'
import type { AddressInfo, Socket } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2'

/** What the server does; everything has a behaving default. */
export interface SshServerScript {
  /** Decides on a login attempt; lets everybody in unless given. */
  readonly onLogin?: (attempt: AuthContext) => void
  /** Runs a command; the default prints it and exits with 0. False refuses to start it. */
  readonly onExec?: (command: string, channel: () => ServerChannel, connection: ScriptedConnection) => unknown
}

/** One connection, with the means to break it. */
export interface ScriptedConnection {
  readonly connection: Connection
  /** Ends TCP without a word of SSH: `reset` sends RST. */
  drop(how: 'end' | 'reset'): void
}

/** A running server. */
export interface SshServer {
  readonly port: number
  /** For a known_hosts file. */
  readonly knownHostsLine: string
  /** Login attempts so far, as method names. */
  readonly attempts: readonly string[]
  close(): Promise<void>
}

/** Listens on a free port of loopback. */
export async function startSshServer(script: SshServerScript = {}): Promise<SshServer> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const attempts: string[] = []
  const sockets = new Set<Socket>()
  const server = new ssh2.Server({ hostKeys: [pem] }, connection => {
    connection.on('error', () => undefined)
    const socket = (connection as unknown as { readonly _sock: Socket })._sock
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const scripted: ScriptedConnection = {
      connection,
      drop: how => (how === 'reset' ? socket.resetAndDestroy() : socket.end()),
    }
    connection.on('authentication', attempt => {
      attempts.push(attempt.method)
      if (script.onLogin) script.onLogin(attempt)
      else attempt.accept()
    })
    connection.on('session', acceptSession => {
      acceptSession().on('exec', (acceptExec, refuse, { command }) => {
        if (!script.onExec) {
          const channel = acceptExec()
          channel.write(`${command}\n`)
          channel.exit(0)
          channel.end()
          return
        }
        if (script.onExec(command, acceptExec, scripted) === false) refuse()
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const parsed = ssh2.utils.parseKey(pem)
  const publicKey = (Array.isArray(parsed) ? parsed[0] : parsed) as { getPublicSSH(): Buffer }
  return {
    port,
    knownHostsLine: `[127.0.0.1]:${port} ssh-rsa ${publicKey.getPublicSSH().toString('base64')}\n`,
    attempts,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
