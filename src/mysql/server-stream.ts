/** The stream that a login to a database server runs on: to an address or a socket, as seen from the host that is gone through. */
import type { Duplex } from 'node:stream'
import { errorDataOf, OpsError } from '../base/errors.ts'
import type { Transport } from '../transport/transport.ts'
import type { ServerPlace } from './server-place.ts'

/**
 * To the address, the socket, or the first of `usualSockets` on which something answers; `hint` says what to do where none does.
 * @throws OpsError `unreachable` or `lost`.
 */
export async function openStream(
  transport: Transport,
  { at, name }: Pick<ServerPlace, 'at' | 'name'>,
  usualSockets: readonly string[],
  hint: string,
): Promise<{ readonly stream: Duplex; readonly at?: string }> {
  if (at && 'host' in at) {
    try {
      return { stream: await transport.forward(at.host, at.port) }
    } catch (thrown) {
      throw unreachable(thrown, name, `${at.host}:${at.port}`)
    }
  }
  const paths = at ? [at.socket] : usualSockets
  const refusals: string[] = []
  for (const path of paths) {
    try {
      return { stream: await transport.forwardSocket(path), at: path }
    } catch (thrown) {
      if (errorDataOf(thrown).code === 'lost' || errorDataOf(thrown).code === 'input') throw thrown
      refusals.push(errorDataOf(thrown).title)
    }
  }
  throw new OpsError({
    code: 'unreachable',
    title: `${name}: no database server answers on ${paths.join(', ')}`,
    detail: refusals.join('\n'),
    changed: 'no',
    next: hint,
  })
}

function unreachable(thrown: unknown, name: string, where: string): unknown {
  if (thrown instanceof OpsError && thrown.data.code !== 'unreachable') return thrown
  return new OpsError(
    {
      code: 'unreachable',
      title: `${name}: cannot connect to ${where}: ${errorDataOf(thrown).title}`,
      changed: 'no',
      next: 'Check that a database server listens there, and the address in ops.ini.',
    },
    { cause: thrown },
  )
}

/**
 * Of a login that failed without a word of the server, which ended the connection or said nothing; undefined for any other.
 * What TLS finds wrong always has a code of its own (Node, "TLS/SSL errors").
 */
export function goneBeforeLogin(thrown: unknown, name: string, user: string): OpsError | undefined {
  const { code, sqlMessage } = thrown as { readonly code?: string; readonly sqlMessage?: string }
  if (sqlMessage !== undefined || !(code === undefined || goneCodes.has(code))) return undefined
  return new OpsError(
    {
      code: 'unreachable',
      title: `${name}: no login of ${user}: ${errorDataOf(thrown).title}`,
      changed: 'no',
      next: 'The server stops or starts just now, or what listens there is another program. Look at its log, and run the same command again.',
    },
    { cause: thrown },
  )
}

const goneCodes: ReadonlySet<string> = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
])
