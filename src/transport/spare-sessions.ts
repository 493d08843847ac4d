/** Goes on where sshd refuses another session on a connection (MaxSessions): over one more connection. */
import type { Duplex } from 'node:stream'
import { SessionRefused } from './session-refused.ts'
import type { RemoteProcess, Transport } from './transport.ts'

/** Wraps a transport; `logInAgain` is called only when a session was refused. */
export function withSpareSessions(first: Transport, logInAgain: () => Promise<Transport>): Transport {
  const spares: Transport[] = []
  const open = async (argv: readonly string[]): Promise<RemoteProcess> => {
    for (const transport of [first, ...spares]) {
      try {
        return await transport.open(argv)
      } catch (error) {
        if (!(error instanceof SessionRefused)) throw error
      }
    }
    const spare = await logInAgain()
    spares.push(spare)
    return spare.open(argv)
  }
  return {
    backend: first.backend,
    name: first.name,
    user: first.user,
    closed: first.closed,
    open,
    forward: (host: string, port: number): Promise<Duplex> => first.forward(host, port),
    forwardSocket: (path: string): Promise<Duplex> => first.forwardSocket(path),
    ...(first.ping && { ping: first.ping.bind(first) }),
    async close() {
      await Promise.all([first, ...spares].map(transport => transport.close()))
    },
  }
}
