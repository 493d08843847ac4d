/** A server that lets go of all connections at once, as one that stops does, and stays up. */
import type { Host } from '../hosts/host.ts'

/** Ends each connection of root but its own; one may be gone by then. */
export async function letGoOfAll(host: Host): Promise<void> {
  const others = 'FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()'
  const ids = await host.read('mariadb -BN', { input: `SELECT ID ${others} AND USER = 'root'` })
  for (const id of ids.split('\n').filter(Boolean)) await host.exec(`mariadb -e 'KILL ${id}'`)
}
