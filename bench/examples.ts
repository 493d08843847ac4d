/**
 * The set-ups of `examples/` beside the Ansible playbooks that people use for the same: `npm run bench -- --only examples --originals
 * FOLDER`. FOLDER is outside of this project and holds `NAME.yml` for each example to compare, `roles/` with the roles that those name, and
 * `bin/ansible-playbook` (or a link) of the environment to run them by. A playbook finds `key`, `address` and `password`.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Host } from '../test/hosts/host.ts'
import { startHost } from '../test/hosts/start.ts'
import { type Command, firstLineOf } from './contender.ts'
import { opsProgram } from './contenders/ops.ts'
import { type Measured, measureSaid } from './measure.ts'
import { root, storage } from './places.ts'

const password = 'correct horse'

/** What is asked of each, in the words of ops. */
const examples: Readonly<Record<string, (host: Host) => Promise<readonly string[]>>> = {
  'first-hour-server': async host => {
    const key = (await host.read('cat /root/.ssh/authorized_keys')).trim()
    return ['--key', key, '--swap', 'none', '--zone', 'Europe/Berlin']
  },
  'postgres-server': async host => {
    const address = await addressOf(host)
    const listen = ['--listen', 'localhost', '--listen', address]
    return ['--app', 'shop', '--network', `${address}/32`, ...listen, '--connections', '42']
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
  for (const [example, paramsOf] of Object.entries(examples)) {
    if (only !== undefined && only !== example) continue
    const playbook = join(folder, `${example}.yml`)
    const tools = {
      ops: (host: Host, params: readonly string[], _: string) => opsRun(example, host, params),
      ...(existsSync(playbook) && {
        [firstLineOf([ansible, '--version'])]: (host: Host, _: readonly string[], scratch: string) =>
          ansibleRun({ ansible, playbook, folder, scratch }, host),
      }),
    }
    for (const [tool, commandOn] of Object.entries(tools)) {
      const load = loadavg()[0] ?? 0
      const scratch = mkdtempSync(join(tmpdir(), 'ops-bench-example-'))
      const host = await startHost({ storage, withPackages: ['python3'] })
      try {
        const { command, trips, changes } = await commandOn(host, await paramsOf(host), scratch)
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

async function opsRun(example: string, host: Host, params: readonly string[]): Promise<Counted> {
  const argv = [...opsProgram, 'apply', example, host.name, '-F', host.sshConfig, '--yes', ...params]
  return {
    command: { argv, cwd: join(root, 'examples'), env: { OPS_PARAM_PASSWORD: password } },
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
  },
  host: Host,
): Promise<Counted> {
  const { ansible, playbook, folder, scratch } = at
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
  const key = (await host.read('cat /root/.ssh/authorized_keys')).trim()
  const given = JSON.stringify({ key, address: await addressOf(host), password })
  const env = {
    ANSIBLE_CONFIG: join(scratch, 'ansible.cfg'),
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_HOME: scratch,
    LC_ALL: 'C.UTF-8',
  }
  return {
    command: { argv: [ansible, playbook, '-e', given], cwd: scratch, env },
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
