/** Opens the SOCKS port, or says why it cannot be had and who has it. */
import { createServer, isIPv6, type Server, type Socket } from 'node:net'
import { inputError, type OpsError } from '../base/errors.ts'
import { holderOf, holderText } from './port-holder.ts'

export interface Listener {
  /** `address:port`, an IPv6 address in brackets. */
  readonly proxy: string
  readonly port: number
  close(): Promise<void>
}

const backlog = 1_024

/** @throws OpsError `input` */
export async function listen(
  bind: string,
  port: number,
  onClient: (socket: Socket) => void,
): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onClient)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: bind, port, backlog }, resolve)
    })
  } catch (error) {
    throw await refusedPort(bind, port, error as NodeJS.ErrnoException)
  }
  // Without descriptors the next client is refused; those that are there go on.
  server.on('error', () => undefined)
  const given = portOf(server)
  return {
    proxy: proxyAddress(bind, given),
    port: given,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

/** `address:port`, an IPv6 address in brackets. */
export function proxyAddress(bind: string, port: number): string {
  return `${isIPv6(bind) ? `[${bind}]` : bind}:${port}`
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function refusedPort(bind: string, port: number, error: NodeJS.ErrnoException): Promise<OpsError> {
  const next = 'Choose another one with --port, or end what uses it.'
  switch (error.code) {
    case 'EADDRINUSE': {
      const holder = await holderOf(port)
      return inputError(`port ${port} on ${bind} is taken${holder ? ` by ${holderText(holder)}` : ''}`, {
        next,
      })
    }
    case 'EACCES':
      return inputError(`port ${port} on ${bind} may not be opened by this user`, { next })
    case 'EADDRNOTAVAIL':
      return inputError(`${bind} is not an address of this machine`, {
        next: 'Leave --bind out for 127.0.0.1.',
      })
    default:
      return inputError(`${bind} port ${port} cannot be opened: ${error.message}`, { next })
  }
}
