/** The default backend: ssh2, loaded late, with its traps closed (no host key check, no keepalive, late errors). */
import type { Duplex } from 'node:stream'
import type { Channel, Client, ConnectConfig } from 'ssh2'
import { OpsError } from '../base/errors.ts'
import {
  type AuthenticationLog,
  authenticationError,
  authenticator,
  refusesAccount,
} from './authentication.ts'
import { commandLine } from './command-line.ts'
import { type Address, DroppedEarly, seconds, unreachable } from './dial.ts'
import { gatherWrites } from './gather-writes.ts'
import type { HostKeyCheck } from './host-keys.ts'
import type { Candidate } from './identity-file.ts'
import { PausableTimer } from './pausable-timer.ts'
import { prohibited, SessionRefused } from './session-refused.ts'
import { checkedSocketPath } from './socket-path.ts'
import type { Algorithms } from './ssh2-algorithms.ts'
import { openEarly } from './ssh2-early-session.ts'
import { loseForward, openForward } from './ssh2-forward.ts'
import { type ForwardTo, openSession, ping, shortenLogin, skipHostKeyProofs } from './ssh2-internals.ts'
import { type ChannelProcess, channelProcess } from './ssh2-process.ts'
import { watchSilence } from './ssh2-silence.ts'
import type { ConnectTarget, FirstProgram, RemoteProcess, Transport } from './transport.ts'

/** One login, fully worked out. */
export interface Ssh2Login {
  readonly target: ConnectTarget
  readonly address: Address
  readonly user: string
  readonly socket: Duplex
  readonly hostKeys: HostKeyCheck
  readonly candidates: readonly Candidate[]
  readonly algorithms: Algorithms
  /** Bounds key exchange and login; the clock stands still while a person is asked. */
  readonly timeoutMs: number
  /** Started together with the login, where the server is known to bear that. */
  readonly first?: FirstProgram
}

/** Logs in. @throws OpsError, or DroppedEarly before the server has said anything. */
export async function connectSsh2(login: Ssh2Login): Promise<Transport> {
  const { target, address } = login
  const ssh2 = (await import('ssh2')).default
  const client = new ssh2.Client()
  const log: AuthenticationLog = { tried: [], accepts: undefined, banner: '' }
  let sawBanner = false
  let greeting = ''
  let hostKeyProblem: unknown
  let newKey: Buffer | undefined
  let lastError: Error | undefined
  let early: EarlyProgram | undefined
  let isFirstTry = true
  const clock = new PausableTimer(login.timeoutMs)
  const askSecret = target.askSecret
  const askWithoutClock = askSecret && ((question: string) => clock.paused(() => askSecret(question)))
  try {
    await new Promise<void>((resolve, reject) => {
      clock.start(() =>
        reject(unreachable(target.name, address, `no login within ${seconds(login.timeoutMs)} s`)),
      )
      client.on('error', error => {
        lastError = error
      })
      client.on('banner', text => {
        log.banner += text
      })
      client.once('handshake', () => {
        sawBanner = true
      })
      client.once('ready', resolve)
      client.once('close', () => {
        const error = lastError as (Error & { level?: string }) | undefined
        if (hostKeyProblem) return reject(hostKeyProblem)
        const stranger =
          !sawBanner && greeting !== '' && !/SSH-|MaxStartups|Not allowed at this time/.test(greeting)
        if (stranger) {
          const said = JSON.stringify(greeting.split(/\r?\n/)[0])
          return reject(unreachable(target.name, address, `it does not speak SSH but says ${said}`))
        }
        if (error?.message === 'Connection lost before handshake' || (!sawBanner && !error)) {
          return reject(new DroppedEarly(error?.message ?? 'closed before the banner'))
        }
        // A connection that broke while a key was being looked at says nothing about the key.
        const broke = (!error || error.level === 'client-socket') && !refusesAccount(log.banner)
        if (!broke && (log.tried.length > 0 || error?.level === 'client-authentication')) {
          return reject(authenticationError(login, log, error))
        }
        reject(unreachable(target.name, address, handshakeReason(error), error))
      })
      const config: ConnectConfig = {
        sock: login.socket as NonNullable<ConnectConfig['sock']>,
        username: login.user,
        readyTimeout: 0,
        keepaliveInterval: 0,
        algorithms: {
          kex: [...login.algorithms.kex],
          cipher: [...login.algorithms.cipher],
          hmac: [...login.algorithms.hmac],
          serverHostKey: [...login.hostKeys.algorithms],
          compress: target.compress ? ['zlib@openssh.com', 'none'] : ['none'],
        } as NonNullable<ConnectConfig['algorithms']>,
        hostVerifier: (key: Buffer) => {
          try {
            if (login.hostKeys.verify(key) === 'record') newKey = Buffer.from(key)
            return true
          } catch (error) {
            hostKeyProblem ??= error
            return false
          }
        },
        authHandler: authenticator(
          {
            ...login,
            candidates: login.candidates.map(each => withoutClock(each, clock)),
            ...(askWithoutClock ? { askSecret: askWithoutClock } : {}),
          },
          log,
          ssh2,
        ),
      }
      gatherWrites(login.socket)
      client.connect(config)
      login.socket.once('data', (chunk: Buffer) => {
        greeting = chunk.toString('latin1', 0, 200)
      })
      skipHostKeyProofs(client)
      shortenLogin(
        client,
        (label, error) => log.tried.push(`${label}: ${error.message}`),
        () => {
          // Later tries follow a refusal: what was sent along with them would most likely be dropped again.
          if (isFirstTry && login.first && !target.compress) early = beginEarly(client, login.first, login)
          isFirstTry = false
        },
      )
    })
  } catch (error) {
    client.destroy()
    login.socket.destroy()
    throw error
  } finally {
    clock.stop()
  }
  // Only now is it proved that the host holds the key: ssh2 asks for the verdict before it checks the signature.
  if (newKey) {
    login.hostKeys.record(newKey)
    target.note?.(`${target.name}: recorded the new host key of ${login.hostKeys.host}`)
  }
  return new Ssh2Transport(client, login, () => lastError, early?.isDropped() ? undefined : early)
}

/** A passphrase that is typed, also for another host of the run, or an agent that waits for a person takes no time. */
function withoutClock({ label, load }: Candidate, clock: PausableTimer): Candidate {
  return {
    label,
    load: () =>
      clock.paused(async () => {
        const identity = await load()
        if (typeof identity === 'string') return identity
        return {
          ...identity,
          sign: (data, algorithm) => clock.paused(async () => identity.sign(data, algorithm)),
        }
      }),
  }
}

/** A program that was started before it was known whether the host lets us in. */
interface EarlyProgram {
  readonly command: string
  readonly wrapped: ChannelProcess
  readonly opened: Promise<void>
  readonly isDropped: () => boolean
}

function beginEarly(
  client: Client,
  first: FirstProgram,
  { target, user }: Ssh2Login,
): EarlyProgram | undefined {
  const login = { name: target.name, user }
  const argv = first.argv(login)
  if (argv === undefined) return undefined
  const command = commandLine(argv)
  const session = openEarly(client, command, () => wrapped?.lose(refusedProgram))
  const wrapped = session && channelProcess(session.channel)
  if (!session || !wrapped) return undefined
  session.opened.catch((error: Error) => wrapped.lose(error.message))
  first.begin(wrapped.process, login)
  return { ...session, command, wrapped }
}

const refusedProgram = 'the server refused to start a program'

class Ssh2Transport implements Transport {
  readonly backend = 'ssh2'
  readonly name: string
  readonly user: string
  readonly closed: Promise<string | undefined>
  readonly #client: Client
  readonly #address: Address
  readonly #socket: Duplex
  readonly #processes = new Set<ChannelProcess>()
  readonly #forwards = new Set<Channel>()
  #gone: string | undefined
  #closing = false
  #early: EarlyProgram | undefined

  constructor(
    client: Client,
    login: Ssh2Login,
    lastError: () => Error | undefined,
    early: EarlyProgram | undefined,
  ) {
    this.#early = early
    this.#client = client
    this.#address = login.address
    this.#socket = login.socket
    this.name = login.target.name
    this.user = login.user
    const watch = watchSilence(client, login.socket, () => this.#lost('the host has stopped answering'))
    this.closed = new Promise(resolve => {
      client.once('close', () => {
        clearInterval(watch)
        this.#lost(lastError()?.message ?? 'the host closed the connection')
        resolve(this.#closing ? undefined : this.#gone)
      })
    })
  }

  async open(argv: readonly string[]): Promise<RemoteProcess> {
    const command = commandLine(argv)
    const own =
      this.#early?.command === command ? await this.#takeEarly(this.#early) : await this.#start(command)
    this.#processes.add(own)
    void own.process.ended.then(() => this.#processes.delete(own))
    if (this.#gone !== undefined) own.lose(this.#gone)
    return own.process
  }

  async #takeEarly(early: EarlyProgram): Promise<ChannelProcess> {
    this.#early = undefined
    await this.#withClient(() => early.opened)
    return early.wrapped
  }

  async #start(command: string): Promise<ChannelProcess> {
    let refused = false
    let wrapped: ChannelProcess | undefined
    const channel = await this.#withClient(() =>
      openSession(this.#client, command, () => {
        refused = true
        wrapped?.lose(refusedProgram)
      }),
    )
    wrapped = channelProcess(channel)
    if (refused) wrapped.lose(refusedProgram)
    return wrapped
  }

  forward(host: string, port: number): Promise<Duplex> {
    return this.#forwardTo({ host, port }, `${host}:${port}`)
  }

  async forwardSocket(path: string): Promise<Duplex> {
    return this.#forwardTo({ socketPath: checkedSocketPath(path) }, path)
  }

  async #forwardTo(to: ForwardTo, destination: string): Promise<Duplex> {
    const channel = await this.#withClient(
      () => openForward(this.#client, this.#socket, to, this.#forwards),
      destination,
    )
    this.#forwards.add(channel)
    channel.once('close', () => this.#forwards.delete(channel))
    return channel
  }

  ping(): Promise<void> {
    return new Promise(resolve => {
      if (this.#gone === undefined) ping(this.#client, () => this.#gone === undefined && resolve())
    })
  }

  async close(): Promise<void> {
    this.#closing = true
    if (this.#gone !== undefined) return
    // The host's own word on it would cost a round trip, and one that does not answer must not hold up the run's end.
    const saidAll = new Promise(resolve => this.#socket.once('finish', resolve))
    const impatience = setTimeout(() => this.#client.destroy(), 2_000)
    void this.closed.then(() => clearTimeout(impatience))
    this.#client.end()
    await Promise.race([saidAll, this.closed])
  }

  async #withClient<T>(action: () => Promise<T>, destination?: string): Promise<T> {
    try {
      if (this.#gone !== undefined) throw new Error(this.#gone)
      // Calls on a dead client throw instead of rejecting.
      return await action()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (this.#gone === undefined && /Channel open failure|no free channel/.test(reason)) {
        // RFC 4254, 5.1: reason 1 is SSH_OPEN_ADMINISTRATIVELY_PROHIBITED.
        const isProhibited = (error as { reason?: unknown }).reason === 1
        const why = reason.replace(/^\(SSH\) Channel open failure: /, '')
        throw new SessionRefused(this.name, isProhibited ? `${prohibited}: ${why}` : why, destination)
      }
      throw new OpsError({
        code: 'lost',
        title: `the connection to ${this.#address.hostname} was lost: ${this.#gone ?? reason}`,
        host: this.name,
        changed: 'unknown',
        next: 'Run the same command again: it looks at the host afresh.',
      })
    }
  }

  #lost(reason: string): void {
    if (this.#gone !== undefined) return
    this.#gone = reason
    for (const each of this.#processes) each.lose(reason)
    for (const each of this.#forwards) loseForward(each, reason)
    this.#client.destroy()
  }
}

function handshakeReason(error: Error | undefined): string {
  if (!error) return 'the host closed the connection'
  if (/no matching/i.test(error.message)) {
    return `${error.message.toLowerCase()} that both sides know (try --transport openssh)`
  }
  return error.message
}
