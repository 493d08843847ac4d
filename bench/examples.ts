/**
 * The set-ups of `examples/` beside the Ansible playbooks that people use for the same: `npm run bench -- --only examples --originals
 * FOLDER`. FOLDER is outside of this project and holds `bin/ansible-playbook` (or a link) of the environment to run them by, and, where
 * the playbooks are to use roles, `NAME.yml` for each example and `roles/`. Else the playbook is that of `examples/ansible`. It finds
 * `key`, `address` and `password`, or what `node-app` takes: a repository of packages on the host stands in for that of the vendor.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { origin, push } from '../test/examples/origin.ts'
import { putVendorRepository } from '../test/examples/vendor-repository.ts'
import type { Host } from '../test/hosts/host.ts'
import { type HostOptions, startHost } from '../test/hosts/start.ts'
import { type Command, firstLineOf } from './contender.ts'
import { opsProgram } from './contenders/ops.ts'
import { type Measured, measureSaid } from './measure.ts'
import { root, storage } from './places.ts'

const password = 'correct horse'

/** What is asked of both, in the words of ops and in those of the playbook. */
interface Asked {
  readonly params: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly given: Readonly<Record<string, string>>
}

interface Example {
  /** Beside Python, which Ansible needs. */
  readonly host?: HostOptions
  readonly asked: (host: Host) => Promise<Asked>
}

const env = { OPS_PARAM_PASSWORD: password, OPS_PARAM_TOKEN: password }
const nodeOfThisMachine = '/opt/node-of-this-machine'

const examples: Readonly<Record<string, Example>> = {
  'first-hour-server': {
    asked: async host => {
      const key = await keyOf(host)
      const params = ['--key', key, '--swap', 'none', '--zone', 'Europe/Berlin']
      return { params, env, given: { key, zone: 'Europe/Berlin' } }
    },
  },
  'postgres-server': {
    asked: async host => {
      const address = await addressOf(host)
      const listen = ['--listen', 'localhost', '--listen', address]
      const params = ['--app', 'shop', '--network', `${address}/32`, ...listen, '--connections', '42']
      return { params, env, given: { key: await keyOf(host), address, password } }
    },
  },
  'node-app': {
    host: { withPackages: ['python3', 'git'], binds: [`${process.execPath}:${nodeOfThisMachine}`] },
    asked: async host => {
      await push(host, 1)
      const { key, fingerprint } = await putVendorRepository(host, '/srv/vendor', nodeOfThisMachine)
      const domain = 'app.example.org'
      const vendor = 'file:/srv/vendor'
      return {
        params: [
          ...['--repository', origin, '--domain', domain, '--vendor', vendor],
          ...['--vendor-key', key, '--fingerprint', fingerprint],
        ],
        env,
        given: { repository: origin, domain, vendor, vendor_key: key, token: password },
      }
    },
  },
}

interface Run extends Measured {
  readonly trips: number
  /** Steps or tasks that changed something, as the tool itself tells. */
  readonly changes: number
}

export interface ExampleRow {
  readonly example: string
  readonly tool: string
  readonly first: Run
  readonly second: Run
  /** Of this machine, over the last minute, when it began. */
  readonly load: number
}

/** Each tool brings a new host of its own to done and runs once more, one after the other. */
export async function benchExamples(
  tell: (text: string) => void,
  originals: string,
  only?: string,
): Promise<readonly ExampleRow[]> {
  const folder = resolve(originals)
  const ansible = join(folder, 'bin/ansible-playbook')
  const rows: ExampleRow[] = []
  for (const [example, { asked, host: hostOptions }] of Object.entries(examples)) {
    if (only !== undefined && only !== example) continue
    const name = `${example}.yml`
    const playbook = [join(folder, name), join(root, 'examples/ansible', name)].find(each => existsSync(each))
    const tools = {
      ops: (host: Host, what: Asked, _: string) => opsRun(example, host, what),
      ...(playbook !== undefined &&
        existsSync(ansible) && {
          [firstLineOf([ansible, '--version'])]: (host: Host, { given }: Asked, scratch: string) =>
            ansibleRun({ ansible, playbook, folder, scratch, given }, host),
        }),
    }
    for (const [tool, commandOn] of Object.entries(tools)) {
      const load = loadavg()[0] ?? 0
      const scratch = mkdtempSync(join(tmpdir(), 'ops-bench-example-'))
      const host = await startHost({ storage, withPackages: ['python3'], ...hostOptions })
      try {
        const { command, trips, changes } = await commandOn(host, await asked(host), scratch)
        const twice: Run[] = []
        for (const which of ['first', 'second']) {
          const { said, ...measured } = await measureSaid(command)
          const run = { ...measured, trips: trips(said), changes: changes(said) }
          twice.push(run)
          const { seconds, cpuSeconds } = measured
          const figures = `${seconds.toFixed(1)} s, ${run.trips} trips, ${run.changes} changes, ${cpuSeconds.toFixed(1)} s of processor here`
          tell(`${example}: ${tool}: ${which} run ${figures}, load ${(loadavg()[0] ?? 0).toFixed(1)}`)
        }
        const [first, second] = twice
        if (first && second) rows.push({ example, tool, first, second, load })
      } finally {
        await host.stop()
        rmSync(scratch, { recursive: true, force: true })
      }
    }
  }
  return rows
}

interface Counted {
  readonly command: Command
  /** Of the run that said this. */
  readonly trips: (said: string) => number
  readonly changes: (said: string) => number
}

async function opsRun(example: string, host: Host, { params, env }: Asked): Promise<Counted> {
  const argv = [...opsProgram, 'apply', example, host.name, '-F', host.sshConfig, '--yes', ...params]
  return {
    command: { argv, cwd: join(root, 'examples'), env },
    trips: said => Number(/(\d+) trips?$/m.exec(said)?.[1] ?? Number.NaN),
    changes: said => Number(/(\d+) changed\b.*trips?$/m.exec(said)?.[1] ?? 0),
  }
}

/** Tuned as people tune it. Each start of ssh or sftp is a trip: over a master they cost no login. */
async function ansibleRun(
  at: {
    readonly ansible: string
    readonly playbook: string
    readonly folder: string
    readonly scratch: string
    readonly given: Asked['given']
  },
  host: Host,
): Promise<Counted> {
  const { ansible, playbook, folder, scratch, given } = at
  const starts = join(scratch, 'starts')
  for (const program of ['ssh', 'sftp'])
    writeFileSync(join(scratch, program), `#!/bin/sh\necho >>${starts}\nexec /usr/bin/${program} "$@"\n`, {
      mode: 0o755,
    })
  mkdirSync(join(scratch, 'cp'))
  writeFileSync(join(scratch, 'inventory'), `${host.name} ansible_python_interpreter=/usr/bin/python3\n`)
  writeFileSync(
    join(scratch, 'ansible.cfg'),
    `[defaults]\ninventory = ${scratch}/inventory\nroles_path = ${folder}/roles\nretry_files_enabled = False\n
[ssh_connection]\npipelining = True\ncontrol_path_dir = ${scratch}/cp\nssh_executable = ${scratch}/ssh\nsftp_executable = ${scratch}/sftp
ssh_args = -F ${host.sshConfig} -o ControlMaster=auto -o ControlPersist=60s\nsftp_extra_args = -F ${host.sshConfig}\n`,
  )
  const env = {
    ANSIBLE_CONFIG: join(scratch, 'ansible.cfg'),
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_HOME: scratch,
    LC_ALL: 'C.UTF-8',
  }
  return {
    command: { argv: [ansible, playbook, '-e', JSON.stringify(given)], cwd: scratch, env },
    trips: () => {
      const count = readFileSync(starts, 'utf8').length
      rmSync(starts)
      return count
    },
    changes: said => Number(/ changed=(\d+)/.exec(said)?.[1] ?? Number.NaN),
  }
}

const addressOf = async (host: Host): Promise<string> =>
  (await host.read('hostname -I')).trim().split(' ')[0] ?? ''

const keyOf = async (host: Host): Promise<string> =>
  (await host.read('cat /root/.ssh/authorized_keys')).trim()
