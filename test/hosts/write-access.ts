/** Writes what logs in to hosts that were started together: an ssh config and a known_hosts file. */
import { writeFileSync } from 'node:fs'
import type { Access, User } from './host.ts'

const users: readonly User[] = ['root', 'deploy', 'worker', 'guest']

/** A host with the public lines of its keys. */
export interface Started {
  readonly host: Access
  readonly hostKeys: readonly string[]
}

/** Writes both files, at the places that the hosts name. */
export function writeAccess(started: readonly Started[]): void {
  const [first] = started
  if (first === undefined) return
  writeFileSync(
    first.host.sshConfig,
    started.flatMap(({ host }) => users.map(user => entry(host, user, direct(host)))).join('\n'),
  )
  const lines = started.flatMap(({ host, hostKeys }) => hostKeys.map(key => knownHostsLine(host, key)))
  writeFileSync(first.host.knownHosts, lines.join(''))
}

/** Writes a config that reaches the host through a port of loopback, and returns its path. */
export function writeConfigThrough(host: Access, port: number): string {
  const path = `${host.sshConfig}-${host.name}-${port}`
  const lines = `  HostName 127.0.0.1\n  Port ${port}\n  HostKeyAlias ${knownAs(host)}\n`
  writeFileSync(path, users.map(user => entry(host, user, lines)).join('\n'))
  return path
}

const direct = (host: Access): string => `  HostName ${host.address}\n  Port ${host.port}\n`

const entry = (
  host: Access,
  user: User,
  where: string,
): string => `Host ${user === 'root' ? host.name : `${host.name}-${user}`}
${where}  User ${user}
  IdentityFile ${host.keyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${host.knownHosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`

const knownAs = (host: Access): string => (host.port === 22 ? host.address : `[${host.address}]:${host.port}`)

const knownHostsLine = (host: Access, key: string): string =>
  `${knownAs(host)} ${key.split(' ').slice(0, 2).join(' ')}\n`
