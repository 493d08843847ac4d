/** The network of one test process: a bridge with a /24 of its own, masqueraded, and a folder for its files. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { endGroup } from './cgroup.ts'
import { run } from './command.ts'
import { withLock } from './lock.ts'
import { detachLoopDevices } from './loop-devices.ts'
import { diskFolder, networkFolder, stateFolder } from './places.ts'

/** What the hosts need of this kernel, at least; each systemd takes about seven inotify instances of the 128 there are. */
const settings = [
  { path: '/proc/sys/net/ipv4/ip_forward', atLeast: 1 },
  { path: '/proc/sys/fs/inotify/max_user_instances', atLeast: 1024 },
].map(each => ({ ...each, before: join(stateFolder, `${basename(each.path)}.before`) }))
const lockFile = join(stateFolder, 'lock')

/** One claimed subnet: 10.213.`number`.0/24, where this machine is `.1`. */
export interface Network {
  readonly number: number
  readonly bridge: string
  readonly folder: string
  readonly gateway: string
  readonly mtu: number
  /** The private key that logs in to every host on this network. */
  readonly keyFile: string
}

/** The name of a host's control group and machine. */
export const groupName = (network: number, index: number): string => `ops-test-${network}-${index}`

/** The folder of one host on a network. */
export const hostFolder = (network: number, index: number): string =>
  join(networkFolder(network), 'hosts', String(index))

/** A process by its id and start time: ids are used again. */
function processIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${pid} ${fields[19]}`
  } catch {
    return undefined
  }
}

const claimedNumbers = (): number[] =>
  readdirSync(stateFolder)
    .filter(name => /^\d+$/.test(name))
    .map(Number)

/** Runs a clean-up command whose object may be gone already. */
function attempt(program: string, ...rest: string[]): void {
  try {
    execFileSync(program, rest, { stdio: 'ignore' })
  } catch {
    // Not there: that is what was wanted.
  }
}

/** Ends one host at once, as if the plug were pulled, and removes what it wrote. */
export function endHost(number: number, index: number): void {
  const folder = hostFolder(number, index)
  const loops = join(folder, 'file-system')
  if (existsSync(loops)) detachLoopDevices(readFileSync(loops, 'utf8'))
  endGroup(groupName(number, index))
  rmSync(join(diskFolder(number), String(index)), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}

/** Takes down all that belongs to a network, alive or left behind. Blocks: it is also called while this process ends. */
function takeDown(number: number): void {
  const hosts = join(networkFolder(number), 'hosts')
  for (const index of existsSync(hosts) ? readdirSync(hosts) : []) endHost(number, Number(index))
  attempt('ip', 'link', 'delete', `ops${number}`)
  // The kernel takes its time over a network namespace that is gone; the next owner of this number has not that time.
  for (const name of readdirSync('/sys/class/net')) {
    if (name.startsWith(`vb-ops-test-${number}-`)) attempt('ip', 'link', 'delete', name)
  }
  attempt('nft', 'delete', 'table', 'ip', `ops_test_${number}`)
  rmSync(diskFolder(number), { recursive: true, force: true })
  // In one move, so that nobody meets a claim that is half there.
  const gone = join(stateFolder, `gone.${number}.${process.pid}`)
  if (existsSync(networkFolder(number))) renameSync(networkFolder(number), gone)
  rmSync(gone, { recursive: true, force: true })
}

/** Sweeps networks whose process is gone, without a word to it or anybody. */
function sweepLeftovers(): void {
  for (const number of claimedNumbers()) {
    const owner = ownerOf(number)
    if (owner !== undefined && processIdentity(Number(owner.split(' ')[0])) !== owner) takeDown(number)
  }
  for (const name of readdirSync(stateFolder)) {
    const pid = /^(?:gone\.\d+|claim)\.(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && processIdentity(Number(pid)) === undefined) {
      rmSync(join(stateFolder, name), { recursive: true, force: true })
    }
  }
}

/** The identity of the process that claimed a network; undefined when it has just let go. */
function ownerOf(number: number): string | undefined {
  try {
    return readFileSync(join(networkFolder(number), 'owner'), 'utf8')
  } catch {
    return undefined
  }
}

/** A process runs many test files, and ops remembers what it learnt of an address: no later host has it too. */
const had = new Set<number>()

/** Claims the first free subnet that this process has not had. */
function claim(): number {
  if (had.size > 200) had.clear()
  const taken = new Set(claimedNumbers())
  const routes = execFileSync('ip', ['-4', 'address']).toString()
  for (let number = 1; number < 255; number++) {
    if (taken.has(number) || had.has(number) || routes.includes(`10.213.${number}.`)) continue
    const partial = join(stateFolder, `claim.${process.pid}`)
    mkdirSync(join(partial, 'hosts'), { recursive: true, mode: 0o700 })
    writeFileSync(join(partial, 'owner'), processIdentity(process.pid) ?? '')
    renameSync(partial, networkFolder(number))
    had.add(number)
    return number
  }
  throw new Error('no free subnet in 10.213.0.0/16')
}

/** The packet size of the way out: hosts with a larger one would hang on large packets. */
async function routeMtu(): Promise<number> {
  const device = / dev (\S+)/.exec(await run(['ip', '-4', 'route', 'show', 'default']))?.[1]
  return device === undefined ? 1500 : Number(readFileSync(`/sys/class/net/${device}/mtu`, 'utf8'))
}

function raiseSettings(): void {
  for (const { path, atLeast, before } of settings) {
    const found = readFileSync(path, 'utf8')
    if (Number(found) >= atLeast) continue
    writeFileSync(before, found)
    writeFileSync(path, `${atLeast}\n`)
  }
}

/** Sweeps what dead runs left, claims a subnet, and brings its bridge up. */
export async function openNetwork(): Promise<Network> {
  mkdirSync(stateFolder, { recursive: true, mode: 0o755 })
  return withLock(lockFile, async () => {
    sweepLeftovers()
    const number = claim()
    try {
      const bridge = `ops${number}`
      const gateway = `10.213.${number}.1`
      const subnet = `10.213.${number}.0/24`
      const folder = networkFolder(number)
      const mtu = await routeMtu()
      raiseSettings()
      const rule = `ip saddr ${subnet} ip daddr != ${subnet} masquerade`
      const chain = `chain out { type nat hook postrouting priority srcnat\n${rule}\n}`
      const table = `table ip ops_test_${number} {\n${chain}\n}\n`
      const keyFile = join(folder, 'key')
      // In one child, as each that this process starts costs more than what it does.
      const open = `set -e
ip link add "$1" type bridge
ip address add "$2/24" dev "$1"
ip link set "$1" up
nft --file -
ssh-keygen -q -t ed25519 -N '' -C ops-test -f "$3" </dev/null`
      await run(['sh', '-c', open, 'sh', bridge, gateway, keyFile], table)
      return { number, bridge, folder, gateway, mtu, keyFile }
    } catch (error) {
      takeDown(number)
      throw error
    }
  })
}

/** The last network to go sets them back; under the lock, as another process may be about to need them. */
const restoreSettings = `cd "$1" || exit 0
shift
for claim in [0-9]* claim.*; do [ ! -e "$claim" ] || exit 0; done
while [ $# -gt 0 ]; do
[ ! -e "$1" ] || { cat "$1" >"$2" && rm "$1"; }
shift 2
done`

/** Takes the network down with everything on it. Blocks: it is also called while this process ends. */
export function closeNetwork(network: Network): void {
  takeDown(network.number)
  const pairs = settings.flatMap(({ before, path }) => [before, path])
  attempt('flock', lockFile, 'sh', '-c', restoreSettings, 'sh', stateFolder, ...pairs)
}
