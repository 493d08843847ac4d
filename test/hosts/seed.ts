/** Writes the files that make one host different from the image: its name, address, keys and settings. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './command.ts'
import { resolverFile } from './image.ts'
import type { Network } from './network.ts'

/** What one host is called, and how it is reached. */
export interface Identity {
  readonly name: string
  readonly address: string
}

/** See `HostOptions`. */
export interface SeedOptions {
  readonly sshd?: Readonly<Record<string, string>> | undefined
  readonly files?: Readonly<Record<string, string>> | undefined
}

const homes = ['root', 'home/deploy', 'home/worker', 'home/guest']

/** Writes the seed of a host below `folder`, and returns the lines of its host keys, as `type base64`. */
export async function writeSeed(
  folder: string,
  identity: Identity,
  peers: readonly Identity[],
  network: Network,
  { sshd = {}, files = {} }: SeedOptions,
): Promise<string[]> {
  const write = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content, { mode })
  }
  write('etc/hostname', `${identity.name}\n`)
  write('etc/machine-id', `${randomBytes(16).toString('hex')}\n`)
  const peerLines = peers.map(({ name, address }) => `${address} ${name}\n`)
  write('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${identity.name}\n${peerLines.join('')}`)
  write('etc/resolv.conf', readFileSync(resolverFile(), 'utf8'))
  // The number has to be lower than that of systemd's own 80-container-host0.
  write(
    'etc/systemd/network/10-host0.network',
    `[Match]\nName=host0\n[Link]\nMTUBytes=${network.mtu}\n[Network]\nAddress=${identity.address}/24
Gateway=${network.gateway}\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nLLDP=no\n`,
  )
  if (Object.keys(sshd).length > 0) {
    const settings = Object.entries(sshd).map(([key, value]) => `${key} ${value}\n`)
    write('etc/ssh/sshd_config.d/50-test.conf', settings.join(''))
  }
  const authorized = readFileSync(`${network.keyFile}.pub`, 'utf8')
  for (const home of homes) write(`${home}/.ssh/authorized_keys`, authorized, 0o600)
  for (const [path, content] of Object.entries(files)) {
    write(path, content, path.startsWith('/root/') ? 0o600 : 0o644)
  }
  mkdirSync(join(folder, 'etc/ssh'), { recursive: true })
  const types = ['ed25519', 'ecdsa']
  const keys = join(folder, 'etc/ssh')
  // In one child, as each that this process starts costs more than what it does.
  const makeKeys = `cd "$1"
for type in ${types.join(' ')}; do ssh-keygen -q -t "$type" -N '' -C "$2" -f "ssh_host_\${type}_key" || exit; done`
  await run(['sh', '-c', makeKeys, 'sh', keys, identity.name])
  return types.map(type => readFileSync(join(keys, `ssh_host_${type}_key.pub`), 'utf8').trim())
}
