/** Opens the TCP connection, and says in plain words why it could not. */

import { createConnection, isIP, type Socket } from 'node:net'
import { OpsError } from '../base/errors.ts'
import { noDescriptors } from '../base/with-pipes.ts'
import { ownReads } from './read-buffer.ts'

/** Where to connect to, as resolved. */
export interface Address {
  readonly hostname: string
  readonly port: number
  /** As in ssh config: `any`, `inet` or `inet6`. */
  readonly addressFamily?: string
  readonly bindAddress?: string
}

/** A drop before the server's banner: what sshd does above MaxStartups. Worth another try. */
export class DroppedEarly extends Error {}

/** Connects within `timeoutMs`. @throws OpsError `unreachable` */
export function dial(address: Address, name: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const family = address.addressFamily === 'inet' ? 4 : address.addressFamily === 'inet6' ? 6 : 0
    const literal = isIP(address.hostname)
    if (literal !== 0 && family !== 0 && literal !== family) {
      // The family is for looking names up: Node would connect all the same.
      const reason = `it is an IPv${literal} address, and AddressFamily of the ssh config is ${address.addressFamily}`
      return reject(unreachable(name, address, reason))
    }
    const { onread, deliverTo } = ownReads()
    const socket = createConnection({
      host: address.hostname,
      port: address.port,
      family,
      noDelay: true,
      onread,
      autoSelectFamily: family === 0,
      ...(address.bindAddress === undefined ? {} : { localAddress: address.bindAddress }),
    })
    deliverTo(socket)
    const timer = setTimeout(() => {
      socket.destroy()
      reject(unreachable(name, address, `no answer within ${seconds(timeoutMs)} s`))
    }, timeoutMs)
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      reject(unreachable(name, address, reasonOf(error), error))
    })
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

/** The error for a host with which no session came about. */
export function unreachable(name: string, address: Address, reason: string, cause?: unknown): OpsError {
  return new OpsError(
    {
      code: 'unreachable',
      title: `${address.hostname} port ${address.port} cannot be reached: ${reason}`,
      host: name,
      changed: 'no',
      next: `Check the name, the port and the network: ssh -v -p ${address.port} ${address.hostname}`,
    },
    { cause },
  )
}

/** A time in seconds, as a person wants to read it. */
export function seconds(milliseconds: number): number {
  return Math.max(0.1, Math.round(milliseconds / 100) / 10)
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const first = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error
  const words: Record<string, string> = {
    ECONNREFUSED: 'the connection was refused',
    ENOTFOUND: 'there is no such host name',
    EAI_AGAIN: 'the host name could not be looked up',
    EHOSTUNREACH: 'there is no route to the host',
    ENETUNREACH: 'the network is unreachable',
    ETIMEDOUT: 'the connection timed out',
    ECONNRESET: 'the connection was reset',
    EADDRNOTAVAIL: 'the address is not available',
    EMFILE: noDescriptors,
  }
  return words[first.code ?? ''] ?? first.message
}
