/** Starts hosts: the one way in for tests that need real ones. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Release } from './apt-config.ts'
import { type Access, Host, type User } from './host.ts'
import { debsLayer, type Image, image } from './image.ts'
import { startKeeper } from './keeper.ts'
import { leanFiles, leanRemoves } from './lean.ts'
import { loopDevicePaths } from './loop-devices.ts'
import { groupName, hostFolder } from './network.ts'
import { diskFolder } from './places.ts'
import { type Identity, writeSeed } from './seed.ts'
import { leavePlace, type Place, takePlaces } from './session.ts'
import { writeAccess } from './write-access.ts'

/** Login shells that a user can be given. */
export type LoginShell = 'bash' | 'dash' | 'fish' | 'nologin'

/** Ways in which hosts of the tests can differ from a minimal server. */
export interface HostOptions {
  /** Which Debian; bookworm (12) unless said otherwise. */
  readonly release?: Release
  /** Installed beforehand, from an image that is built once and then cached. */
  readonly withPackages?: readonly string[]
  readonly shells?: Partial<Record<User, LoginShell>>
  /** Settings of sshd, such as `{ MaxSessions: '1' }`. */
  readonly sshd?: Readonly<Record<string, string>>
  /** More files, by absolute path, owned by root: mode 0644, or 0600 below /root. */
  readonly files?: Readonly<Record<string, string>>
  /** Paths of this machine to be seen on the host, as `systemd-nspawn --bind=` takes them. */
  readonly binds?: readonly string[]
  /** Gives the host the loop devices of this machine, so that it can mount file systems of its own. */
  readonly loopDevices?: boolean
  /** Where the host's own writes go: memory unless said otherwise; a disk that is never waited for is for suites that install much. */
  readonly storage?: 'memory' | 'disk' | 'disk-without-sync'
  /** False: packages that other hosts downloaded are not at hand, so apt has to ask the mirror. */
  readonly sharedDebs?: boolean
  /** False: apt knows no package until `apt-get update`. `named`: it knows what the sources of the tests name, and is fast. */
  readonly packageLists?: boolean | 'named'
  /** Leaves out what costs time in each login or boot and what no test is about (`test/hosts/lean.ts`). */
  readonly isLean?: boolean
  /** What to wait for: the end of the boot unless said otherwise. */
  readonly awaits?: 'boot' | 'sshd'
}

/** Several hosts that know each other by name and share one ssh config. */
export interface HostsOptions extends HostOptions {
  readonly count?: number
  /** Names for the hosts; `h1`, `h2` and so on where there are none. */
  readonly names?: readonly string[]
}

const shellPaths: Record<LoginShell, string> = {
  bash: '/bin/bash',
  dash: '/bin/dash',
  fish: '/usr/bin/fish',
  nologin: '/usr/sbin/nologin',
}

/** Boots hosts, at once, and waits for all of them. They end with `stop`, or else with this process. */
export async function startHosts(options: HostsOptions): Promise<Host[]> {
  const built = await image(packagesFor(options), options.release, options.packageLists === 'named')
  const places = await takePlaces(options.count ?? options.names?.length ?? 1)
  try {
    return await bootAll(places, built, options)
  } catch (error) {
    for (const place of places) leavePlace(place)
    throw error
  }
}

/** Boots one host. */
export async function startHost(options: HostOptions & { readonly name?: string } = {}): Promise<Host> {
  const { name, ...rest } = options
  const [host] = await startHosts({ ...rest, ...(name === undefined ? {} : { names: [name] }), count: 1 })
  if (host === undefined) throw new Error('no host was started')
  return host
}

const firstAddress = 10
const sshPort = 22

const packagesFor = ({ withPackages = [], shells = {} }: HostOptions): string[] => [
  ...new Set([...withPackages, ...(Object.values(shells).includes('fish') ? ['fish'] : [])]),
]

async function bootAll(places: readonly Place[], built: Image, options: HostsOptions): Promise<Host[]> {
  const planned = places.map((place, position) => {
    const name = options.names?.[position] ?? `h${place.index}`
    return { place, name, address: `10.213.${place.network.number}.${firstAddress + place.index}` }
  })
  const [first] = places
  if (first === undefined) return []
  const folder = join(first.network.folder, `together-${first.index}`)
  mkdirSync(folder)
  const shared = {
    port: Number(options.sshd?.Port ?? sshPort),
    sshConfig: join(folder, 'config'),
    knownHosts: join(folder, 'known_hosts'),
    keyFile: first.network.keyFile,
  }
  const started = await Promise.all(
    planned.map(async ({ place, name, address }) => {
      const peers = planned.filter(peer => peer.name !== name)
      return bootOne(place, { name, address, ...shared }, peers, built, options)
    }),
  )
  writeAccess(started)
  const hosts = started.map(({ host }) => host)
  await Promise.all(hosts.map(host => (options.awaits === 'sshd' ? host.answered() : host.booted())))
  return hosts
}

/** Starts the boot of one host, and returns it with the lines of its host keys. */
async function bootOne(
  place: Place,
  access: Access,
  peers: readonly Identity[],
  built: Image,
  options: HostOptions,
): Promise<{ readonly host: Host; readonly hostKeys: readonly string[] }> {
  const { network, index } = place
  const { storage = 'memory' } = options
  const folder = hostFolder(network.number, index)
  const seed = join(folder, 'seed')
  mkdirSync(seed, { recursive: true })
  const { sshd, files, isLean = false } = options
  const hostKeys = await writeSeed(seed, access, peers, network, {
    sshd,
    files: { ...(isLean ? leanFiles : {}), ...files },
  })
  const loops = options.loopDevices === true ? loopDevicePaths() : []
  const keeper = startKeeper({
    folder,
    groupName: groupName(network.number, index),
    layers: options.sharedDebs === false ? built.layers : [debsLayer, ...built.layers],
    disk: storage === 'memory' ? undefined : join(diskFolder(network.number), String(index)),
    syncs: storage !== 'disk-without-sync',
    removed: [
      ...(options.packageLists === false ? ['var/lib/apt/lists/*'] : []),
      ...(options.isLean ? leanRemoves : []),
    ],
    shells: Object.entries(options.shells ?? {}).map(([user, shell]) => `${user}:${shellPaths[shell]}`),
    nspawn: [
      `--hostname=${access.name}`,
      `--network-bridge=${network.bridge}`,
      ...[...(options.binds ?? []), ...loops].map(path => `--bind=${path}`),
    ],
  })
  const host = new Host(access, place, keeper, join(folder, 'console.log'))
  return { host, hostKeys: [...hostKeys, built.rsaHostKey] }
}
