/** The default backend: ssh2, loaded late, with its traps closed (no host key check, no keepalive, late errors). */
import { Ssh2Connection } from './ssh2-connection.ts'
import { logIn, type Ssh2Login } from './ssh2-login.ts'
import type { Transport } from './transport.ts'

/** Logs in. @throws OpsError, or DroppedEarly before the server has said anything. */
export async function connectSsh2(login: Ssh2Login): Promise<Transport> {
  const { target, address, user, socket, hostKeys } = login
  const ssh2 = (await import('ssh2')).default
  const client = new ssh2.Client()
  try {
    const { newKey, early, lastError } = await logIn(client, login, ssh2)
    // Only now is it proved that the host holds the key: ssh2 asks for the verdict before it checks the signature.
    if (newKey) {
      hostKeys.record(newKey)
      target.note?.(`${target.name}: recorded the new host key of ${hostKeys.host}`)
    }
    return new Ssh2Connection({ name: target.name, user, address, client, socket, lastError, early })
  } catch (error) {
    client.destroy()
    socket.destroy()
    throw error
  }
}
