/** What one more host costs the controller: ops on one host and on many at once, without the slow link. */
import { startHosts } from '../test/hosts/start.ts'
import { ops, opsProgram } from './contenders/ops.ts'
import { type Measured, measure } from './measure.ts'
import { median } from './median.ts'
import { storage } from './places.ts'
import { hostPackages } from './workload.ts'

export interface Scale {
  readonly hosts: number
  readonly oneHost: Measured
  readonly allHosts: Measured
  readonly cpuMsPerHost: number
  readonly megabytesPerHost: number
}

/** Medians over `runs` no-op runs; the share of one host is the slope between one host and all of them. */
export async function scale(count: number, runs: number): Promise<Scale> {
  const hosts = await startHosts({ count, storage, withPackages: hostPackages })
  try {
    const [first] = hosts
    if (first === undefined) throw new Error('no host to measure on')
    const { cwd } = ops.command({ name: first.name, sshConfig: first.sshConfig, folder: '' })
    const on = (names: readonly string[]): Promise<Measured> =>
      measure({
        argv: [
          ...opsProgram,
          'apply',
          'bench',
          ...names,
          '--yes',
          '--limit',
          String(count),
          '-F',
          first.sshConfig,
        ],
        cwd,
      })
    const names = hosts.map(({ name }) => name)
    await on(names)
    const one: Measured[] = []
    const all: Measured[] = []
    while (all.length < runs) {
      one.push(await on(names.slice(0, 1)))
      all.push(await on(names))
    }
    const oneHost = typical(one)
    const allHosts = typical(all)
    return {
      hosts: count,
      oneHost,
      allHosts,
      cpuMsPerHost: ((allHosts.cpuSeconds - oneHost.cpuSeconds) * 1000) / (count - 1),
      megabytesPerHost: (allHosts.peakBytes - oneHost.peakBytes) / 1e6 / (count - 1),
    }
  } finally {
    await Promise.all(hosts.map(host => host.stop()))
  }
}

/** The median of each figure by itself. */
export function typical(runs: readonly Measured[]): Measured {
  return {
    seconds: median(runs.map(run => run.seconds)),
    cpuSeconds: median(runs.map(run => run.cpuSeconds)),
    peakBytes: median(runs.map(run => run.peakBytes)),
  }
}
