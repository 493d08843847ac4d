/** A tunnel of ours that has the port already: the very one that is asked for, or another. */

import { resolve } from 'node:path'
import { inputError } from '../../base/errors.ts'
import type { SelectedHost } from '../../inventory/select.ts'
import type { RunningTunnel } from '../../run/tunnel-state.ts'
import { proxyAddress } from '../../tunnel/listen.ts'
import { runningTunnels } from '../../tunnel/registry.ts'
import type { CommonSettings } from '../flags.ts'
import type { SocksSettings } from './flags.ts'

/** What two tunnels have in common when one does for the other: where they lead, by which way and with what. */
export function routeOf(host: SelectedHost, socks: SocksSettings, common: CommonSettings): string {
  const { sshConfigFile, identityFile, backend } = common
  return JSON.stringify([
    host,
    sshConfigFile === undefined ? '' : resolve(sshConfigFile),
    identityFile === undefined ? '' : resolve(identityFile),
    backend ?? '',
    socks.compress,
    socks.directs,
  ])
}

/**
 * The tunnel in the background that does what is asked for in the background.
 * @throws OpsError `input` when another tunnel of this user has the port
 */
export async function sameTunnel(route: string, socks: SocksSettings): Promise<RunningTunnel | undefined> {
  const proxy = proxyAddress(socks.bind, socks.port)
  const there = (await runningTunnels()).find(each => each.proxy === proxy)
  if (!there) return undefined
  if (socks.background && there.background && there.route === route) return there
  const place = there.background ? 'in the background' : 'in the foreground'
  throw inputError(
    `port ${socks.port} on ${socks.bind} is taken by the tunnel to ${there.host} (${place}, pid ${there.pid})`,
    { next: `End that one with \`ops socks stop ${socks.port}\`, or choose another port with --port.` },
  )
}
