/** Hosts for a suite or for one test, ended by vitest whatever the outcome. */
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { Host } from './host.ts'
import { type HostOptions, type HostsOptions, startHost, startHosts } from './start.ts'

/** The first use of an image on a machine builds it, beside all that goes on there. */
const buildTimeoutMs = 1_200_000

const ofTests = { packageLists: 'named', isLean: true } as const

/** Boots hosts before the tests of this suite; the function returned gives them. */
export function useHosts(options: HostsOptions): () => readonly Host[] {
  let hosts: readonly Host[] = []
  beforeAll(async () => {
    hosts = await startHosts({ ...ofTests, ...options })
  }, buildTimeoutMs)
  afterAll(() => Promise.all(hosts.map(host => host.stop())), buildTimeoutMs)
  return () => hosts
}

/** Boots one host before the tests of this suite; the function returned gives it. */
export function useHost(options: HostOptions & { readonly name?: string } = {}): () => Host {
  const { name, ...rest } = options
  const hosts = useHosts({ ...rest, ...(name === undefined ? {} : { names: [name] }), count: 1 })
  return () => {
    const [host] = hosts()
    if (host === undefined) throw new Error('the host is there only while tests run')
    return host
  }
}

/** Boots a host for the running test alone: two seconds, so ask for one where a test leaves marks. */
export async function freshHost(options: HostOptions & { readonly name?: string } = {}): Promise<Host> {
  const host = await startHost({ ...ofTests, ...options })
  onTestFinished(() => host.stop())
  return host
}
