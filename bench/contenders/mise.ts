/** mise bootstrap over SSH, with its binary resident on the host: else each run would upload 150 MB. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, type Contender, firstLineOf, type Reached } from '../contender.ts'
import { misePath } from '../places.ts'
import { directories, files, options, packages, units } from '../workload.ts'

const resident = '/usr/local/bin/mise'

export const mise: Contender = {
  name: 'mise bootstrap',
  about: '`mise bootstrap remote`, binary resident on the host; ini keys as lines, as it edits no ini files',
  missing: () => (existsSync(misePath) ? undefined : 'npm package @jdxcode/mise-linux-x64'),
  version: () => `mise ${firstLineOf([misePath, '--version'])}`,
  binds: [`${misePath}:${resident}`],
  command: host => bootstrapRun(host, config),
}

const text = (value: string): string => JSON.stringify(value)

const config = [
  '[settings]\nexperimental = true\n[bootstrap.packages]',
  ...packages.map(name => `"apt:${name}" = "latest"`),
  ...directories.map(path => `[bootstrap.directories.${text(path)}]\nmode = "0755"`),
  ...files.map(
    ({ path, content }) => `[bootstrap.files.${text(path)}]\nmode = "0644"\ncontent = ${text(content)}`,
  ),
  ...units.map(unit => `[bootstrap.services.${unit}]\nstate = "running"\nenabled = true`),
  '[dotfiles]',
  ...options.map(
    ({ path, key, value }) => `${text(`${path}/${key}`)} = { line = ${text(`${key} = ${value}`)} }`,
  ),
].join('\n')

/** Runs a bootstrap with this mise.toml on one host. */
export function bootstrapRun({ name, sshConfig, folder }: Reached, config: string): Command {
  const source = join(folder, 'source')
  mkdirSync(source, { recursive: true })
  writeFileSync(join(source, 'mise.toml'), config)
  // It has no way to name an ssh config, so the settings go in one by one.
  const settings = execFileSync('ssh', ['-G', '-F', sshConfig, name], { encoding: 'utf8' })
  const of = (key: string): string => new RegExp(`^${key} (.*)$`, 'm').exec(settings)?.[1] ?? ''
  const sshOptions = ['HostKeyAlias', 'UserKnownHostsFile', 'IdentitiesOnly', 'StrictHostKeyChecking']
    .filter(key => of(key.toLowerCase()) !== '')
    .flatMap(key => ['--ssh-option', `${key}=${of(key.toLowerCase())}`])
  return {
    argv: [
      ...[misePath, 'bootstrap', 'remote', '--yes', '--host', `root@${of('hostname')}`, '--port', of('port')],
      ...['--identity-file', of('identityfile'), '--source', '.', '--remote-mise', resident, ...sshOptions],
    ],
    cwd: source,
    env: { MISE_EXPERIMENTAL: '1', MISE_TRUSTED_CONFIG_PATHS: source, HOME: folder },
  }
}
