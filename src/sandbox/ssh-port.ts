/** The one way into a sandbox: a loopback port of which every connection gets an sshd of its own inside. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { environment, type Namespaces } from './namespaces.ts'

/** Nothing inside the sandbox listens: sshd is handed the accepted connection. */
export interface SshPort {
  readonly port: number
  close(): Promise<void>
}

const sshd = ['/usr/sbin/sshd', '-i', '-e', '-f', '/run/ops-sandbox/sshd_config']

/** Listens on a free port of loopback. `note` hears what sshd complains of. */
export async function openSshPort(namespaces: Namespaces, note: (text: string) => void): Promise<SshPort> {
  const servers = new Set<ChildProcess>()
  const accept = (socket: Socket): void => {
    const [command = '', ...args] = [...namespaces.enter, ...sshd]
    const server = spawn(command, args, {
      env: environment,
      detached: true,
      stdio: [socket, socket, 'pipe'],
    })
    servers.add(server)
    server.stderr?.setEncoding('utf8').on('data', (text: string) => note(`sandbox sshd: ${text.trim()}`))
    server.once('error', error => note(`sandbox sshd: ${error.message}`))
    server.once('close', () => servers.delete(server))
    // The child holds the connection now; closing our copy does not end it.
    socket.on('error', () => undefined)
    socket.destroy()
  }
  const listener = createServer({ pauseOnConnect: true, noDelay: true }, accept)
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (listener.address() as AddressInfo).port,
    close: () =>
      new Promise(resolve => {
        listener.close(() => resolve())
        for (const server of servers) server.kill()
      }),
  }
}
