/** The only file that loads mysql2 (its version is pinned; the tests fail where it differs): logs in to a server. */
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { checkServerIdentity, type TLSSocket } from 'node:tls'
import { neededPackage } from '../base/needed-package.ts'
import { type Driver, Mysql2Driver, type RawConnection } from './driver-connection.ts'

/** What a login needs. The stream is connected already, wherever it leads. */
export interface DriverLogin {
  readonly stream: Duplex
  readonly user: string
  readonly password: string | undefined
  /** It leads to the server's own socket, where MySQL 8 wants a password that it does not remember as it is, not encrypted with its key. */
  readonly isSocket: boolean
  /** Undefined: no TLS. `servername` is what the certificate must be for. */
  readonly tls?: { readonly ca?: string; readonly verify: boolean; readonly servername: string }
  readonly timeoutMs: number
}

const noFile = (): never => {
  throw new Error('the server asked for a file that nobody offered')
}

/** Logs in. Rejects with the driver's error: `mysqlError` makes an OpsError of it. */
export async function openDriver(login: DriverLogin): Promise<Driver> {
  const mysql2 = await neededPackage('mysql2', 'speak to MySQL and MariaDB', () => import('mysql2'))
  const { createConnection, authPlugins } = mysql2.default
  const { stream, user, password, isSocket, tls, timeoutMs } = login
  const connection = createConnection({
    stream,
    user,
    ...(password !== undefined && { password }),
    connectTimeout: timeoutMs,
    ...(tls && {
      host: tls.servername,
      ssl: {
        ...(tls.ca !== undefined && { ca: tls.ca }),
        rejectUnauthorized: tls.verify,
        verifyIdentity: tls.verify && isIP(tls.servername) === 0,
      },
    }),
    // The server knows who is at the other end of its own socket: nothing is to be said.
    authPlugins: {
      auth_socket: () => () => Buffer.alloc(0),
      ...(isSocket && {
        caching_sha2_password: authPlugins.caching_sha2_password({ overrideIsSecure: true }),
        sha256_password: () => () => Buffer.from(`${password ?? ''}\0`),
      }),
    },
    connectAttributes: { program_name: 'ops' },
    infileStreamFactory: noFile,
  } as object) as unknown as RawConnection
  takeEachNumber(connection)
  if (tls?.verify && isIP(tls.servername) !== 0) checkAddress(connection, tls.servername)
  // Nobody else listens before the driver does. Where the stream stays half open, a server that goes meanwhile would be waited for.
  let gone: Error | undefined
  await new Promise<void>((resolve, reject) => {
    const lose = (error?: Error): void => {
      gone ??= error ?? new Error('the server closed the connection')
      reject(gone)
    }
    connection.on('error', lose)
    for (const event of ['end', 'close']) stream.once(event, () => lose())
    connection.once('connect', () => resolve())
  })
  // Right behind its welcome.
  if (gone) throw gone
  return new Mysql2Driver(connection, stream)
}

/**
 * A server that sends somebody away says why in a packet whose number begins anew. mysql2 takes it for the reason that it is, but
 * writes a warning to the terminal before that.
 */
function takeEachNumber(connection: RawConnection): void {
  const handlePacket = connection.handlePacket.bind(connection)
  connection.handlePacket = packet => {
    if (packet) connection.sequenceId = packet.sequenceId
    handlePacket(packet)
  }
}

/** mysql2 compares a certificate with names alone; of an address it would ask for `localhost`. Right before the password goes. */
function checkAddress(connection: RawConnection, address: string): void {
  const startTLS = connection.startTLS.bind(connection)
  connection.startTLS = done =>
    startTLS(error => {
      if (error) return done(error)
      done(checkServerIdentity(address, (connection.stream as TLSSocket).getPeerCertificate(true)))
    })
}
