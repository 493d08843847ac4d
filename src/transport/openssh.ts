/** The backend on the system's own `ssh`: for certificates, security keys, Kerberos and whatever ssh2 lacks. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { OpsError } from '../base/errors.ts'
import { serveQuestions } from './askpass.ts'
import { childProcess } from './child-process.ts'
import { commandLine } from './command-line.ts'
import { type Address, seconds, unreachable } from './dial.ts'
import { opensshError } from './openssh-errors.ts'
import { forwardStream } from './openssh-forward.ts'
import { type ChannelNews, OpensshMaster, privateDirectory } from './openssh-master.ts'
import { openThroughMaster } from './openssh-socket.ts'
import { PausableTimer } from './pausable-timer.ts'
import { SessionRefused } from './session-refused.ts'
import { checkedSocketPath } from './socket-path.ts'
import { type SshSettings, sshArguments } from './ssh-config.ts'
import type { ConnectTarget, Ending, RemoteProcess, Transport } from './transport.ts'

/** One login by `ssh`, which resolves everything else itself. */
export interface OpensshLogin {
  readonly target: ConnectTarget
  readonly address: Address
  readonly user: string
  readonly acceptNew: boolean
  /** What `ssh -G` says: also which keywords this ssh knows. */
  readonly settings: SshSettings
  readonly timeoutMs: number
}

/** Logs in. @throws OpsError, or DroppedEarly before the server has said anything. */
export async function connectOpenssh(login: OpensshLogin): Promise<Transport> {
  const { target, address } = login
  const directory = privateDirectory()
  const clock = new PausableTimer(login.timeoutMs)
  const { askSecret } = target
  if (askSecret) mkdirSync(directory, { mode: 0o700 })
  const questions =
    askSecret && (await serveQuestions(directory, question => clock.paused(() => askSecret(question))))
  const master = new OpensshMaster(directory, socketPath => masterArguments(login, socketPath), {
    ...process.env,
    ...questions?.environment,
  })
  try {
    await new Promise<void>((resolve, reject) => {
      clock.start(() => {
        const missing = master.hasAnswered ? 'login' : 'answer'
        reject(unreachable(target.name, address, `no ${missing} within ${seconds(login.timeoutMs)} s`))
      })
      master.once('ready', resolve)
      master.once('gone', () => reject(opensshError(target.name, address, login.user, master.report)))
    })
  } catch (error) {
    await master.end()
    throw error
  } finally {
    clock.stop()
    questions?.stop()
  }
  const { acceptedKey } = master
  if (acceptedKey !== undefined && !isNamed(acceptedKey, target)) {
    await master.end()
    throw otherKeyError(login, acceptedKey)
  }
  return new OpensshTransport(master, login)
}

/** With `-i`, ssh still goes on to the keys of its config: a key that was named is the only one that may log in. */
function isNamed(acceptedKey: string, { identityFile }: ConnectTarget): boolean {
  if (identityFile === undefined) return true
  return [identityFile, `${identityFile}-cert`, `${identityFile}-cert.pub`].includes(acceptedKey)
}

function otherKeyError({ target, address, user }: OpensshLogin, acceptedKey: string): OpsError {
  return new OpsError({
    code: 'authentication',
    title: `${address.hostname} does not let ${user} in with the key ${target.identityFile}`,
    host: target.name,
    detail: `It takes ${acceptedKey} of the ssh config instead.`,
    changed: 'no',
    next: 'Leave --identity out, or put the public half of that key into authorized_keys on the host.',
  })
}

/** Options on the command line win over the config: these must hold whatever it says. */
function masterArguments(
  { target, acceptNew, settings, timeoutMs }: OpensshLogin,
  socketPath: string,
): string[] {
  const options = {
    BatchMode: target.askSecret ? 'no' : 'yes',
    ClearAllForwardings: 'yes',
    ...(target.compress === undefined ? {} : { Compression: target.compress ? 'yes' : 'no' }),
    ConnectTimeout: String(Math.max(1, Math.ceil(timeoutMs / 1000))),
    ControlMaster: 'yes',
    ControlPath: socketPath,
    ControlPersist: 'no',
    ...(settings.has('forkafterauthentication') ? { ForkAfterAuthentication: 'no' } : {}),
    ForwardAgent: 'no',
    ForwardX11: 'no',
    LogLevel: 'DEBUG2',
    PermitLocalCommand: 'no',
    RemoteCommand: 'none',
    RequestTTY: 'no',
    ServerAliveCountMax: '2',
    ServerAliveInterval: '5',
    StrictHostKeyChecking: acceptNew ? 'accept-new' : 'yes',
    Tunnel: 'no',
  }
  return [
    ...sshArguments(target),
    ...Object.entries(options).flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]),
    '-N',
    '-T',
    '--',
    target.destination,
  ]
}

/** One `ssh` that speaks through the master. */
interface Client {
  readonly process: RemoteProcess
  /** Asked after its output has ended: whether the far end did that, and not a connection that broke. */
  readonly endedWell: () => Promise<boolean>
}

class OpensshTransport implements Transport {
  readonly backend = 'openssh'
  readonly name: string
  readonly user: string
  readonly closed: Promise<string | undefined>
  readonly #master: OpensshMaster
  readonly #address: Address
  #opening: Promise<unknown> = Promise.resolve()
  #closing = false

  constructor(master: OpensshMaster, login: OpensshLogin) {
    this.#master = master
    this.#address = login.address
    this.name = login.target.name
    this.user = login.user
    this.closed = master.gone.then(() => (this.#closing ? undefined : master.lastWords))
  }

  async open(argv: readonly string[]): Promise<RemoteProcess> {
    const command = commandLine(argv)
    const { process } = await this.#startClient(['-T', '-e', 'none', '--', 'host', command])
    return process
  }

  async forward(host: string, port: number): Promise<Duplex> {
    const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
    const { process, endedWell } = await this.#startClient(['-W', where, '--', 'host'], where)
    process.stderr.resume()
    const stream = forwardStream(process, endedWell)
    stream.on('error', () => undefined)
    return stream
  }

  /** `-W` knows no sockets: the master listens on one of its own and leads each connection on. One at a time, as above. */
  async forwardSocket(path: string): Promise<Duplex> {
    const far = checkedSocketPath(path)
    const started = this.#opening.then(() => {
      if (this.#master.isGone) throw this.#lost()
      return openThroughMaster(this.#master, this.name, far, () => this.#lost())
    })
    this.#opening = started.catch(() => undefined)
    return started
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.#master.end()
  }

  /** One at a time: the master's log does not say which client a channel belongs to. */
  #startClient(rest: readonly string[], destination?: string): Promise<Client> {
    const started = this.#opening.then(() => this.#startNow(rest, destination))
    this.#opening = started.catch(() => undefined)
    return started
  }

  async #startNow(rest: readonly string[], destination?: string): Promise<Client> {
    const master = this.#master
    if (master.isGone) throw this.#lost()
    // Should the master be gone, `ssh` would connect by itself: the false proxy keeps it from doing so.
    const options = ['ControlMaster=no', 'BatchMode=yes', 'ProxyCommand=false', 'LogLevel=QUIET']
    const child = spawn(
      'ssh',
      ['-F', 'none', '-S', master.socketPath, ...options.flatMap(option => ['-o', option]), ...rest],
      { detached: true, stdio: 'pipe' },
    )
    const seen = new Set<ChannelNews>()
    const process = childProcess(child, code => this.#endingOf(code, channel, seen))
    let channel: number | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const onCreated = (id: number) => {
          channel ??= id
        }
        const onNews = (id: number, news: ChannelNews, detail: string) => {
          if (id !== channel) return
          seen.add(news)
          if (news === 'opened') done()
          if (news === 'refused') done(new SessionRefused(this.name, detail, destination))
          if (news === 'not-started') {
            // The master keeps its copies of the pipes until the server closes the channel, which it may never do.
            for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
            child.kill()
          }
          if (news === 'freed') master.off('channel', onNews)
        }
        const onGone = () => done(this.#lost())
        const done = (error?: Error) => {
          master.off('created', onCreated)
          master.off('gone', onGone)
          if (error) {
            master.off('channel', onNews)
            reject(error)
          } else resolve()
        }
        master.on('created', onCreated)
        master.on('channel', onNews)
        master.once('gone', onGone)
        void process.ended.then(() => {
          if (!seen.has('opened')) done(this.#lost())
        })
      })
    } catch (error) {
      child.kill()
      throw error
    }
    return {
      endedWell: async () => {
        if (channel !== undefined && !seen.has('far-end')) await this.#channelFreed(channel)
        return seen.has('far-end')
      },
      process: {
        ...process,
        close() {
          process.close()
          child.kill()
        },
      },
    }
  }

  /** `ssh` says 255 for a remote 255, a signal and a lost connection: the master's log tells them apart. */
  async #endingOf(code: number | null, channel: number | undefined, seen: Set<ChannelNews>): Promise<Ending> {
    if (code !== null && code !== 255) return { code }
    if (seen.has('not-started')) return { lost: 'the server refused to start a program' }
    if (channel !== undefined && !seen.has('freed')) await this.#channelFreed(channel)
    if (seen.has('exit-status') && code !== null) return { code }
    if (seen.has('exit-signal')) return { signal: 'a signal' }
    return { lost: this.#master.isGone ? this.#master.lastWords : 'the session ended without an exit status' }
  }

  /** The log may lag behind the client's exit, but not by much. */
  #channelFreed(channel: number): Promise<void> {
    const master = this.#master
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(patience)
        master.off('gone', done)
        master.off('channel', onNews)
        resolve()
      }
      const onNews = (id: number, news: ChannelNews) => {
        if (id === channel && news === 'freed') done()
      }
      const patience = setTimeout(done, 1_000)
      if (master.isGone) return done()
      master.on('channel', onNews)
      master.once('gone', done)
    })
  }

  #lost(): OpsError {
    return new OpsError({
      code: 'lost',
      title: `the connection to ${this.#address.hostname} was lost: ${this.#master.lastWords}`,
      host: this.name,
      changed: 'unknown',
      next: 'Run the same command again: it looks at the host afresh.',
    })
  }
}
