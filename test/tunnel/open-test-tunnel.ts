/** A tunnel through a real sshd of this machine, and through a proxy that can make the link bad. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { LinkState } from '../../src/run/tunnel-state.ts'
import { connect } from '../../src/transport/connect.ts'
import type { ConnectTarget } from '../../src/transport/transport.ts'
import { openTunnel, type Tunnel, type TunnelOptions } from '../../src/tunnel/tunnel.ts'
import { type FaultProxy, startProxy } from '../faults/instruments/proxy.ts'
import type { TestSshd } from '../transport/sshd.ts'

export interface TestTunnel {
  readonly tunnel: Tunnel
  readonly proxy: FaultProxy
  /** Every state so far. */
  readonly states: readonly LinkState[]
  /** Resolves when a state is or was entered that meets the condition, counting from state number `from`. */
  reaches(condition: (state: LinkState) => boolean, from?: number): Promise<LinkState>
}

export interface TestTunnelOptions extends Partial<TunnelOptions> {
  readonly target?: Partial<ConnectTarget>
  readonly delayMs?: number
}

/** Opens it for the running test and waits until it is up. */
export async function openTestTunnel(sshd: TestSshd, options: TestTunnelOptions = {}): Promise<TestTunnel> {
  const { target = {}, delayMs = 0, ...more } = options
  const proxy = await startProxy({ port: sshd.port, delayMs })
  const sshConfigFile = join(sshd.directory, `config-${proxy.port}`)
  const through = readFileSync(sshd.configFile, 'utf8').replace(
    `Port ${sshd.port}`,
    `Port ${proxy.port}\n  HostKeyAlias [127.0.0.1]:${sshd.port}`,
  )
  writeFileSync(sshConfigFile, through)
  const states: LinkState[] = []
  const listeners = new Set<() => void>()
  const tunnel = await openTunnel({
    connect: () => connect({ name: 'lab', destination: 'lab', sshConfigFile, ...target }),
    bind: '127.0.0.1',
    port: 0,
    directs: [],
    giveUpFirst: true,
    ...more,
    onState: state => {
      states.push(state)
      for (const listener of listeners) listener()
    },
  })
  onTestFinished(async () => {
    await tunnel.close()
    await proxy.close()
  })
  const reaches = (condition: (state: LinkState) => boolean, from = 0): Promise<LinkState> =>
    new Promise(resolve => {
      const look = (): void => {
        const found = states.slice(from).find(condition)
        if (!found) return
        listeners.delete(look)
        resolve(found)
      }
      listeners.add(look)
      look()
    })
  await reaches(({ state }) => state === 'up' || state === 'stopped')
  return { tunnel, proxy, states, reaches }
}
