/** Runs of the job through the fault proxy: how many packets one takes, and one with a fault in it. */
import { appendFileSync } from 'node:fs'
import type { Host } from '../../hosts/host.ts'
import { runJob } from './after-fault.ts'
import type { Controller } from './controller.ts'
import type { CaseNote } from './fault-class.ts'
import { type Direction, type FaultProxy, type ProxyConnection, startProxy } from './proxy.ts'

export const backends = ['ssh2', 'openssh'] as const
export type Backend = (typeof backends)[number]

/** Gives a proxy in front of the host, and a config that leads through it; closes it whatever happens. */
export async function throughProxy<T>(
  host: Host,
  work: (proxy: FaultProxy, sshConfig: string) => Promise<T>,
): Promise<T> {
  const proxy = await startProxy({ host: host.address, port: host.port })
  const sshConfig = host.sshConfigThrough(proxy.port)
  // A cipher whose packets can be told apart: the system's client would take another one.
  appendFileSync(sshConfig, 'Host *\n  Ciphers aes128-gcm@openssh.com\n')
  try {
    return await work(proxy, sshConfig)
  } finally {
    await proxy.close()
  }
}

/** The same for a case: where the run was over before its fault came off, nothing was put to the test. */
export async function faultThroughProxy(
  host: Host,
  work: (proxy: FaultProxy, sshConfig: string) => Promise<CaseNote>,
): Promise<CaseNote> {
  return throughProxy(host, async (proxy, sshConfig) => {
    const note = await work(proxy, sshConfig)
    return proxy.isArmed ? { ...note, skipped: 'the run was over before its fault came off' } : note
  })
}

/** Where packets end, each way, in the busiest connection of what `work` does; by offset of its bytes. */
export async function recordPackets(
  host: Host,
  work: (sshConfig: string) => Promise<unknown>,
): Promise<Record<Direction, readonly number[]>> {
  const seen = new Set<ProxyConnection>()
  await throughProxy(host, async (proxy, sshConfig) => {
    proxy.arm({
      fault: 'cut',
      when: ({ connection, direction, chunk }) => {
        connection.packetEnds(direction, chunk)
        seen.add(connection)
        return false
      },
    })
    await work(sshConfig)
  })
  const all = [...seen].map(each => ({
    toServer: each.packetEnds('toServer'),
    toClient: each.packetEnds('toClient'),
  }))
  return all.reduce((most, each) => (each.toClient.length > most.toClient.length ? each : most))
}

/** How many packets a whole run of the job takes each way. @throws where it does not do all of the job. */
export async function packetsOfJob(
  host: Host,
  controller: Controller,
  backend: Backend,
): Promise<Record<Direction, number>> {
  const { toServer, toClient } = await recordPackets(host, async sshConfig => {
    const ran = await runJob(controller, host, sshConfig, ['--transport', backend])
    if (ran.code !== 0) throw new Error(`without any fault: ${ran.tail}`)
  })
  return { toServer: toServer.length, toClient: toClient.length }
}
