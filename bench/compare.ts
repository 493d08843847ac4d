/** One contender on one fresh host behind the slow link: the first run, proved, then runs with nothing to do. */
import { mkdirSync } from 'node:fs'
import { startProxy } from '../test/faults/instruments/proxy.ts'
import { startHost } from '../test/hosts/start.ts'
import type { Contender } from './contender.ts'
import { type Measured, measure } from './measure.ts'
import { storage } from './places.ts'
import { slowDown, slowSyncBind } from './slow-syncs.ts'
import { verify } from './verify.ts'
import { hostPackages } from './workload.ts'

/** One round of one contender. */
export interface Round {
  readonly first: Measured
  readonly noop: readonly Measured[]
}

/** Tools that need longer than this for a no-op run do fewer of them: their spread is small against their size. */
export const slowSeconds = 5

/** `delayMs` is each way: a round trip takes twice as long. `syncMs`: what a sync takes beside what the disk needs. */
export async function round(
  contender: Contender,
  folder: string,
  { delayMs, syncMs }: { readonly delayMs: number; readonly syncMs: number },
  noopRuns: number,
): Promise<Round> {
  mkdirSync(folder, { recursive: true })
  const host = await startHost({
    storage,
    name: 'web1',
    withPackages: hostPackages,
    binds: [...(contender.binds ?? []), ...(syncMs > 0 ? [slowSyncBind(folder, syncMs)] : [])],
  })
  const proxy = await startProxy({ host: host.address, port: host.port, delayMs })
  try {
    if (syncMs > 0) await slowDown(host, syncMs)
    const reached = { name: host.name, sshConfig: host.sshConfigThrough(proxy.port), folder }
    const first = await measure(contender.command(reached))
    await verify(host)
    const noop: Measured[] = []
    const look = contender.lookCommand ?? contender.command
    while (noop.length < noopRuns && !((noop[0]?.seconds ?? 0) > slowSeconds))
      noop.push(await measure(look(reached)))
    return { first, noop }
  } finally {
    await proxy.close()
    await host.stop()
  }
}
