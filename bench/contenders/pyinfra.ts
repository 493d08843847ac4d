/** pyinfra as its manual has it: one deploy file, one paramiko connection. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, type Contender, firstLineOf, type Reached } from '../contender.ts'
import { pyinfraFolder } from '../places.ts'
import { directories, files, options, packages, units } from '../workload.ts'

const program = join(pyinfraFolder, 'bin/pyinfra')

export const pyinfra: Contender = {
  name: 'pyinfra',
  about: '`pyinfra -y`, default settings; ini keys as lines, as it edits no ini files',
  missing: () => (existsSync(program) ? undefined : 'pyinfra from PyPI'),
  version: () => firstLineOf([program, '--version']).replace(/:/g, ''),
  command: deployRun,
}

/** A string of JSON is one of Python. */
const text = (value: string): string => JSON.stringify(value)

const deploy = [
  'from io import StringIO\nfrom pyinfra.operations import apt, files, systemd',
  ...packages.map(name => `apt.packages(packages=[${text(name)}])`),
  ...directories.map(path => `files.directory(path=${text(path)}, mode="755")`),
  ...files.map(
    ({ path, content }) => `files.put(src=StringIO(${text(content)}), dest=${text(path)}, mode="644")`,
  ),
  ...options.map(
    ({ path, key, value }) => `files.line(path=${text(path)}, line=${text(`${key} = ${value}`)})`,
  ),
  ...units.map(unit => `systemd.service(service=${text(unit)}, running=True, enabled=True)`),
].join('\n')

function deployRun({ name, sshConfig, folder }: Reached): Command {
  const config = readFileSync(sshConfig, 'utf8')
  const of = (key: string): string => new RegExp(`^ *${key} (.*)$`, 'm').exec(config)?.[1] ?? ''
  // It does not know HostKeyAlias, so that the host's key is filed under the address that is dialled.
  const alias = of('HostKeyAlias')
  const knownHosts = readFileSync(of('UserKnownHostsFile'), 'utf8')
    .split('\n')
    .filter(line => line.startsWith(`${alias} `))
    .map(line => `[${of('HostName')}]:${of('Port')}${line.slice(alias.length)}\n`)
  writeFileSync(join(folder, 'known_hosts'), knownHosts.join(''))
  const data = {
    ...{ ssh_hostname: of('HostName'), ssh_port: Number(of('Port')), ssh_user: of('User') },
    ...{ ssh_key: of('IdentityFile'), ssh_known_hosts_file: join(folder, 'known_hosts') },
    ssh_strict_host_key_checking: 'yes',
  }
  writeFileSync(join(folder, 'inventory.py'), `hosts = [(${text(name)}, ${JSON.stringify(data)})]\n`)
  writeFileSync(join(folder, 'deploy.py'), deploy)
  return { argv: [program, '-y', 'inventory.py', 'deploy.py'], cwd: folder }
}
