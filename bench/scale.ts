/**
 * What one more host costs the controller: ops on one host and on many at once, without the slow link. More than eight are eight that
 * have several addresses each: ops knows no better, and a machine that can log in to two hundred hosts cannot boot as many.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import type { Host } from '../test/hosts/host.ts'
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

const mostBooted = 8

/** Medians over `runs` checks where nothing is to do; the share of one host is the slope between one host and all of them. */
export async function scale(count: number, runs: number): Promise<Scale> {
  const booted = Math.min(count, mostBooted)
  const hosts = await startHosts({ count: booted, storage, withPackages: hostPackages })
  try {
    const [first] = hosts
    if (first === undefined) throw new Error('no host to measure on')
    const { cwd } = ops.command({ name: first.name, sshConfig: first.sshConfig, folder: '' })
    const run = (verb: readonly string[], names: readonly string[]): Promise<Measured> => {
      const flags = ['--limit', String(count), '-F', first.sshConfig]
      return measure({ argv: [...opsProgram, ...verb, ...names, ...flags], cwd })
    }
    const on = (names: readonly string[]): Promise<Measured> => run(['check', 'bench'], names)
    await run(
      ['apply', 'bench', '--yes'],
      hosts.map(({ name }) => name),
    )
    const names = [...hosts.map(({ name }) => name), ...(await furtherAddresses(hosts, count - booted))]
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

/** Gives the hosts so many addresses more, each with a name of its own in their ssh config. */
async function furtherAddresses(hosts: readonly Host[], count: number): Promise<readonly string[]> {
  const first = hosts[0]
  if (first === undefined || count <= 0) return []
  const network = first.address.slice(0, first.address.lastIndexOf('.') + 1)
  const blockOf = (host: Host): string => {
    const [, block = ''] = readFileSync(host.sshConfig, 'utf8').split(`Host ${host.name}\n`)
    return block.split('\nHost ')[0] ?? ''
  }
  const further = Array.from({ length: count }, (_, index) => ({
    name: `more${index}`,
    host: hosts[index % hosts.length] ?? first,
    address: `${network}${firstFurther + index}`,
  }))
  for (const host of hosts) {
    const own = further.filter(each => each.host === host)
    // sshd lets ten log in at once by default, which is not what is measured here.
    const lines = [
      ...own.map(({ address }) => `ip addr add ${address}/24 dev host0`),
      `echo 'MaxStartups ${2 * own.length + 20}' >/etc/ssh/sshd_config.d/10-bench.conf`,
      'systemctl reload ssh',
    ]
    await host.exec(`set -e\n${lines.join('\n')}`)
  }
  const blocks = further.map(({ name, host, address }) => {
    const block = blockOf(host).replace(`HostName ${host.address}`, `HostName ${address}`)
    return `\nHost ${name}\n  HostKeyAlias ${host.address}\n${block.trimEnd()}\n`
  })
  appendFileSync(first.sshConfig, blocks.join(''))
  return further.map(({ name }) => name)
}

/** Of the last part of an address; those below are of hosts. */
const firstFurther = 50

/** The median of each figure by itself. */
export function typical(runs: readonly Measured[]): Measured {
  return {
    seconds: median(runs.map(run => run.seconds)),
    cpuSeconds: median(runs.map(run => run.cpuSeconds)),
    peakBytes: median(runs.map(run => run.peakBytes)),
  }
}
