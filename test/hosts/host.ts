/** One booted Debian system: how a test looks at it, logs in to it, restarts it and ends it. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { membersOf } from './cgroup.ts'
import { type Finished, finish } from './command.ts'
import { keepDebs } from './image.ts'
import { fileSystemOf } from './loop-devices.ts'
import { groupName, hostFolder } from './network.ts'
import { leavePlace, type Place } from './session.ts'
import { writeConfigThrough } from './write-access.ts'

/** Users that every host has: root, sudo without a password, sudo with one (`knownPassword`), no sudo. */
export type User = 'root' | 'deploy' | 'worker' | 'guest'

/** How a command is run on a host. */
export interface ExecOptions {
  readonly user?: User
  readonly input?: string
}

/** Where a host is, and what logs in to it. */
export interface Access {
  /** Its host name, and its alias in `sshConfig`; `NAME-deploy` and so on log in as the other users. */
  readonly name: string
  readonly address: string
  readonly port: number
  /** For `ssh -F` and `ops -F`: knows all hosts that were started together. */
  readonly sshConfig: string
  readonly knownHosts: string
  readonly keyFile: string
}

const bootDeadlineMs = 150_000
/** What does not end at SIGTERM keeps a system that goes down for 90 s (systemd-system.conf(5), DefaultTimeoutStopSec). */
const shutdownDeadlineMs = 95_000
const pollMs = 20
const environment = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8']

/** A host that was started; made by `startHost`. */
export class Host implements Access {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly sshConfig: string
  readonly knownHosts: string
  readonly keyFile: string
  /** What the boot printed: for a test that wonders. */
  readonly consoleLog: string
  readonly #place: Place
  readonly #keeper: ChildProcess

  constructor(access: Access, place: Place, keeper: ChildProcess, consoleLog: string) {
    this.name = access.name
    this.address = access.address
    this.port = access.port
    this.sshConfig = access.sshConfig
    this.knownHosts = access.knownHosts
    this.keyFile = access.keyFile
    this.consoleLog = consoleLog
    this.#place = place
    this.#keeper = keeper
  }

  /** The process id, on this machine, of the host's init; undefined while it is down. */
  get leader(): number | undefined {
    const { network, index } = this.#place
    return membersOf(groupName(network.number, index)).find(pid => {
      try {
        return /^NSpid:\t\d+\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    })
  }

  /** Runs a shell command past sshd and past ops: the checker's own eyes. Never rejects because of its exit code. */
  async exec(command: string, { user = 'root', input = '' }: ExecOptions = {}): Promise<Finished> {
    const { leader } = this
    if (leader === undefined) throw new Error(`host ${this.name} is down`)
    const enter = [
      'nsenter',
      `--target=${leader}`,
      '--mount',
      '--uts',
      '--ipc',
      '--net',
      '--pid',
      '--root',
      '--wd=/',
    ]
    const home = user === 'root' ? '/root' : `/home/${user}`
    const become = user === 'root' ? [] : ['runuser', '--user', user, '--']
    const clean = ['env', '-i', ...environment, `HOME=${home}`, `USER=${user}`]
    return finish([...enter, ...clean, ...become, 'sh', '-c', command], input)
  }

  /** Like `exec`, but the command must succeed; returns its standard output. */
  async read(command: string, options: ExecOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.exec(command, options)
    if (code !== 0) throw new Error(`on ${this.name}: ${command}\nended with ${code}:\n${stdout}${stderr}`)
    return stdout
  }

  /** Logs in with this machine's `ssh` and runs a command. */
  ssh(command: string, { user = 'root', input = '' }: ExecOptions = {}): Promise<Finished> {
    const alias = user === 'root' ? this.name : `${this.name}-${user}`
    return finish(['ssh', '-F', this.sshConfig, '-o', 'BatchMode=yes', alias, command], input)
  }

  /** An ssh config like `sshConfig`, for this host alone, that leads through a proxy on a port of loopback. */
  sshConfigThrough(proxyPort: number): string {
    return writeConfigThrough(this, proxyPort)
  }

  /** What the kernel of the host says of this boot; another one after each restart. */
  async bootId(): Promise<string> {
    return (await this.read('cat /proc/sys/kernel/random/boot_id')).trim()
  }

  /** Waits until sshd answers. */
  async answered(deadline = Date.now() + bootDeadlineMs): Promise<void> {
    while (!(await hasBanner(this.address, this.port))) {
      if (this.#keeper.exitCode !== null || Date.now() > deadline) {
        const log = existsSync(this.consoleLog) ? readFileSync(this.consoleLog, 'utf8').slice(-4000) : ''
        throw new Error(`host ${this.name} did not boot:\n${log}`)
      }
      await pause(pollMs)
    }
  }

  /** Waits until the host has booted; after a restart, with another boot id than `before`. */
  async booted(before?: string): Promise<void> {
    const deadline = Date.now() + bootDeadlineMs + (before === undefined ? 0 : shutdownDeadlineMs)
    for (;;) {
      await this.answered(deadline)
      // Whoever enters a host that is just going down may stay in there for ever, and one asked too early may never answer.
      const state = await Promise.race([
        this.exec('cat /proc/sys/kernel/random/boot_id; timeout 5 systemctl is-system-running --wait').catch(
          () => undefined,
        ),
        pause(8_000).then(() => undefined),
      ])
      const [bootId, word] = state?.stdout.split('\n') ?? []
      if ((word === 'running' || word === 'degraded') && bootId !== before) return this.#noteFileSystem()
      if (Date.now() > deadline)
        throw new Error(`host ${this.name} does not end its boot: ${word ?? 'no answer'}`)
      await pause(pollMs)
    }
  }

  /** Loop devices outlive a host: with this they can be found once it is gone. */
  #noteFileSystem(): void {
    const { network, index } = this.#place
    if (this.leader === undefined) return
    writeFileSync(
      join(hostFolder(network.number, index), 'file-system'),
      fileSystemOf(`/proc/${this.leader}/root`),
    )
  }

  /** Restarts the host and waits until it has booted. */
  async reboot(): Promise<void> {
    const before = await this.bootId()
    await this.exec('systemctl reboot')
    await this.booted(before)
  }

  /** Pulls the plug; what the host had written is gone. */
  async stop(): Promise<void> {
    const { leader } = this
    if (leader !== undefined) await keepDebs(`/proc/${leader}/root`)
    leavePlace(this.#place)
  }
}

/** True when an SSH server greets at that address. */
function hasBanner(address: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: address, port, timeout: 1000 })
    const settle = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', bytes => settle(bytes.toString('latin1').startsWith('SSH-')))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
    socket.once('end', () => settle(false))
  })
}
