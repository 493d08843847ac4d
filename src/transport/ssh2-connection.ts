/** A connection of ssh2 that is logged in, as a Transport: programs, forwardings, and what becomes of them when it is lost. */
import type { Duplex } from 'node:stream'
import type { Channel, Client } from 'ssh2'
import { OpsError } from '../base/errors.ts'
import { commandLine } from './command-line.ts'
import type { Address } from './dial.ts'
import { prohibited, SessionRefused } from './session-refused.ts'
import { checkedSocketPath } from './socket-path.ts'
import { type EarlyProgram, refusedProgram } from './ssh2-early-program.ts'
import { loseForward, openForward } from './ssh2-forward.ts'
import { type ForwardTo, openSession, ping } from './ssh2-internals.ts'
import { type ChannelProcess, channelProcess } from './ssh2-process.ts'
import { watchSilence } from './ssh2-silence.ts'
import type { RemoteProcess, Transport } from './transport.ts'

/** Whose connection it is, and by what it runs. */
export interface Ssh2Ends {
  readonly name: string
  readonly user: string
  readonly address: Address
  readonly client: Client
  readonly socket: Duplex
  /** What ssh2 said last of what went wrong. */
  readonly lastError: () => Error | undefined
  /** Started together with the login, and not dropped. */
  readonly early: EarlyProgram | undefined
}

export class Ssh2Connection implements Transport {
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

  constructor({ name, user, address, client, socket, lastError, early }: Ssh2Ends) {
    this.#early = early
    this.#client = client
    this.#address = address
    this.#socket = socket
    this.name = name
    this.user = user
    const watch = watchSilence(client, socket, () => this.#lost('the host has stopped answering'))
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
