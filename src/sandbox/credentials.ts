/** Throw-away keys and files with which the ordinary transport logs in, all checks on. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Makes host and user keys and the server's settings in `folder` (0700); logins find the web through `proxy`. */
export async function makeKeys(folder: string, proxy?: string): Promise<void> {
  const make = (name: string): Promise<unknown> =>
    promisify(execFile)('ssh-keygen', [
      ...['-q', '-t', 'ed25519', '-N', '', '-C', `ops sandbox ${name}`],
      ...['-f', join(folder, name)],
    ])
  await Promise.all([make('host_key'), make('user_key')])
  const variables = proxy
    ? [`http_proxy=${proxy}`, `https_proxy=${proxy}`, 'no_proxy=localhost,127.0.0.1']
    : []
  writeFileSync(join(folder, 'sshd_config'), serverConfig + (proxy ? `SetEnv ${variables.join(' ')}\n` : ''))
  if (proxy) {
    writeFileSync(
      join(folder, 'apt.conf'),
      `Acquire::http::Proxy "${proxy}";\nAcquire::https::Proxy "${proxy}";\n`,
    )
  }
}

/** Writes known_hosts and the ssh config for the sandbox behind `port` of loopback; returns the config's path. */
export function writeClientConfig(folder: string, port: number): string {
  const hostKey = readFileSync(join(folder, 'host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`)
  const file = join(folder, 'ssh_config')
  writeFileSync(
    file,
    [
      'Host sandbox',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      '  User root',
      `  IdentityFile ${join(folder, 'user_key')}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${join(folder, 'known_hosts')}`,
      '  GlobalKnownHostsFile /dev/null',
      '  StrictHostKeyChecking yes',
      '',
    ].join('\n'),
    { mode: 0o600 },
  )
  return file
}

/** PAM is off: its session modules want an audit id and an init that the sandbox does not have. */
const serverConfig = `HostKey /run/ops-sandbox/host_key
AuthorizedKeysFile /run/ops-sandbox/authorized_keys
PidFile none
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowAgentForwarding no
X11Forwarding no
PrintMotd no
PrintLastLog no
LogLevel ERROR
Subsystem sftp internal-sftp
`
