/** Ansible as people tune it: pipelining, ControlPersist, no facts; and the same with mitogen. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, type Contender, firstLineOf, type Reached } from '../contender.ts'
import { ansibleFolder } from '../places.ts'
import { directories, files, options, packages, units } from '../workload.ts'

const program = join(ansibleFolder, 'bin/ansible-playbook')

/** Where pip put a package: the folder is named after the Python that it was made with. */
function sitePackages(...names: readonly string[]): string {
  const lib = join(ansibleFolder, 'lib')
  const python = existsSync(lib) ? readdirSync(lib).find(name => name.startsWith('python')) : undefined
  return join(lib, python ?? 'python3', 'site-packages', ...names)
}

const mitogenPlugins = (): string => sitePackages('ansible_mitogen/plugins/strategy')

/** As pip wrote it into the name of the folder beside the package. */
function versionOf(name: string): string {
  const found = readdirSync(sitePackages()).find(each => each.startsWith(`${name}-`))
  return `${name} ${found?.replace(`${name}-`, '').replace('.dist-info', '') ?? '?'}`
}

export const ansible: Contender = {
  name: 'Ansible',
  about: 'ansible-playbook with pipelining, ControlPersist and no fact gathering',
  missing: () => (existsSync(program) ? undefined : 'ansible from PyPI'),
  version: () => firstLineOf([program, '--version']).replace(/^ansible-playbook \[(.*)\]$/, 'ansible-$1'),
  command: host => playbookRun(host, tasks),
}

export const mitogen: Contender = {
  name: 'Ansible + mitogen',
  about: 'the same playbook with strategy mitogen_linear',
  missing: () => ansible.missing() ?? (existsSync(mitogenPlugins()) ? undefined : 'mitogen from PyPI'),
  version: () => versionOf('mitogen'),
  command: host =>
    playbookRun(host, tasks, `strategy_plugins = ${mitogenPlugins()}\nstrategy = mitogen_linear\n`),
}

/** A task names its module in full, so that no time goes into looking for it. JSON is YAML. */
const tasks = [
  ...packages.map(name => ({ 'ansible.builtin.apt': { name, state: 'present' } })),
  ...directories.map(path => ({ 'ansible.builtin.file': { path, state: 'directory', mode: '0755' } })),
  ...files.map(({ path, content }) => ({ 'ansible.builtin.copy': { dest: path, content, mode: '0644' } })),
  ...options.map(({ path, section, key, value }) => ({
    'community.general.ini_file': { path, section, option: key, value, mode: '0644' },
  })),
  ...units.map(name => ({ 'ansible.builtin.systemd': { name, state: 'started', enabled: true } })),
]

/** Runs a playbook of these tasks on one host; `more` are settings. */
export function playbookRun(
  { name, sshConfig, folder }: Reached,
  tasks: readonly object[],
  more = '',
): Command {
  // A socket's path is limited to some hundred bytes, and each measured run logs in by itself.
  const sockets = join(folder, 'cp')
  mkdirSync(sockets, { recursive: true })
  writeFileSync(join(folder, 'inventory'), `${name} ansible_python_interpreter=/usr/bin/python3\n`)
  writeFileSync(join(folder, 'playbook.yml'), JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }]))
  writeFileSync(
    join(folder, 'ansible.cfg'),
    `[defaults]\ninventory = inventory\nhost_key_checking = True\nretry_files_enabled = False\n${more}
[ssh_connection]\npipelining = True\ncontrol_path_dir = ${sockets}
ssh_args = -F ${sshConfig} -o ControlMaster=auto -o ControlPersist=60s\n`,
  )
  return {
    argv: [program, 'playbook.yml'],
    cwd: folder,
    env: { ANSIBLE_CONFIG: join(folder, 'ansible.cfg'), ANSIBLE_NOCOLOR: '1', ANSIBLE_HOME: folder },
  }
}
