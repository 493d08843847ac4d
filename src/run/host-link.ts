/** Our link to one host over a whole run: connects late, logs in again when a step dropped the connection. */
import { OpsError } from '../base/errors.ts'
import { nothingSpent } from '../shell/clock.ts'
import { newRunNames, type RunNames } from '../shell/runtime.ts'
import type { Become, ConnectTarget, FirstProgram, Transport } from '../transport/transport.ts'
import { bootIdOf } from './boot-id.ts'
import type { Emit } from './events.ts'
import { bring, type Payload } from './payload.ts'
import { Session, type SessionShell } from './session.ts'

const reconnectWithinMs = 300_000
const retryEveryMs = 2000
/** A host that drops our packets would else hold a login up for longer than it waits for one. */
const freshLoginMs = 10_000

/** A login of its own: a new connection, a new authentication, the become user. */
export interface FreshLogin {
  readonly session: Session
  close(): Promise<void>
}

export class HostLink {
  readonly #target: ConnectTarget
  readonly #become: Become | undefined
  readonly #emit: Emit
  #transport: Transport | undefined
  #session: Session | undefined
  #connected: Promise<unknown> | undefined
  #closings = 0
  /** Ends the waiting for a connection that is being made. */
  #giveUp: (reason: Error) => void = () => undefined
  #closedTrips = 0
  #closedSpent: Session['spent'] = { ...nothingSpent, trips: 0 }
  #bootId: string | undefined

  constructor(target: ConnectTarget, become: Become | undefined, emit: Emit) {
    this.#target = target
    this.#become = become
    this.#emit = emit
  }

  /** What caches of this host are kept under. */
  get key(): string {
    const { destination, user = '', port = '', sshConfigFile = '' } = this.#target
    return [destination, user, port, sshConfigFile].join(' ')
  }

  get trips(): number {
    return this.#closedTrips + (this.#session?.trips ?? 0)
  }

  /** As for a session, over all that this link had. */
  get spent(): Session['spent'] {
    const [before, now] = [this.#closedSpent, this.#session?.spent]
    if (!now) return before
    return {
      look: before.look + now.look,
      act: before.act + now.act,
      sync: before.sync + now.sync,
      proof: before.proof + now.proof,
      trips: before.trips + now.trips,
    }
  }

  /** The names that mark this run's frames and temporary files. */
  readonly names: RunNames = newRunNames()

  /**
   * The session, opened on first use. It may be spoken to while the connection is still being made, so its first trip
   * must be a look; that trip throws OpsError `unreachable`, `authentication` or `host-key` where there is no connection.
   */
  async open(): Promise<Session> {
    if (this.#session) return this.#session
    const { connectShell } = await import('../transport/become.ts')
    const started = Date.now()
    const { shell, connected } = connectShell(first => this.#connect(first), this.#become)
    this.#connected = connected
    connected.then(
      transport => this.#tellConnected(transport, started),
      () => undefined,
    )
    this.#session = new Session(this.#target.name, shell, this.names)
    return this.#session
  }

  /** A shell of its own on the host, as the become user. Throws as the first trip of a session does. */
  async openShell(): Promise<SessionShell> {
    const started = Date.now()
    const { openShell } = await import('../transport/become.ts')
    const transport = await this.#connect()
    const shell = await openShell(transport, this.#become)
    this.#tellConnected(transport, started)
    return shell
  }

  /** Who logs in there, once that has been done; undefined on this machine itself, where nobody does. */
  async loginUser(): Promise<string | undefined> {
    await this.#connected
    const transport = this.#transport
    if (!transport) throw new Error('who logs in is known after the login only')
    return transport.backend === 'local' ? undefined : transport.user
  }

  /**
   * Logs in anew while the connection in use stays: proves that others could, too. The same backend, another TCP connection and
   * authentication. Throws as `open` does.
   */
  async freshLogin(): Promise<FreshLogin> {
    const [{ connect }, { openShell }] = await Promise.all([
      import('../transport/connect.ts'),
      import('../transport/become.ts'),
    ])
    const connectTimeoutMs = Math.min(this.#target.connectTimeoutMs ?? freshLoginMs, freshLoginMs)
    const transport = await connect({ ...this.#target, connectTimeoutMs })
    try {
      const shell = await openShell(transport, this.#become)
      const session = new Session(this.#target.name, shell, this.names)
      return {
        session,
        close: async () => {
          this.#closedTrips += session.trips
          session.close()
          await transport.close()
        },
      }
    } catch (error) {
      await transport.close()
      throw error
    }
  }

  async #connect(first?: FirstProgram): Promise<Transport> {
    if (this.#transport) return this.#transport
    const { connect } = await import('../transport/connect.ts')
    const note = (text: string) => this.#emit({ event: 'note', host: this.#target.name, text })
    const closings = this.#closings
    if (closings !== this.#closings) throw this.#closedEarly()
    const coming = connect({ note, ...this.#target }, first)
    const givenUp = new Promise<never>((_, reject) => {
      this.#giveUp = reject
    })
    try {
      this.#transport = await Promise.race([coming, givenUp])
      return this.#transport
    } catch (error) {
      // One that comes all the same is not wanted any more.
      coming.then(transport => transport.close()).catch(() => undefined)
      throw error
    }
  }

  #closedEarly(): Error {
    return new Error(`the connection to ${this.#target.name} was closed while it was being made`)
  }

  #tellConnected({ backend }: Transport, started: number): void {
    const milliseconds = Date.now() - started
    this.#emit({ event: 'connected', host: this.#target.name, backend, milliseconds })
  }

  /** Ends the session and the connection; a second call does nothing. */
  async close(): Promise<void> {
    this.#closings++
    this.#giveUp(this.#closedEarly())
    this.#closedTrips = this.trips
    this.#closedSpent = this.spent
    const [session, transport] = [this.#session, this.#transport]
    this.#session = undefined
    this.#transport = undefined
    session?.close()
    await transport?.close()
  }

  /** Brings these files onto the host's disk, into the folder that a batch knows as `$OPS_STAGE`. */
  async upload(payloads: readonly Payload[]): Promise<void> {
    if (payloads.length === 0 || !this.#session || !this.#transport) return
    await bring(payloads, this.#session, this.#transport, this.#become)
  }

  /** Remembers which boot the host is in, so that `reconnect('boot')` can tell the next one. */
  async noteBoot(): Promise<void> {
    this.#bootId = await bootIdOf(await this.open())
  }

  /**
   * Logs in anew; after a boot, waits until the boot id differs.
   * @throws OpsError `lost` when the host does not come back within five minutes.
   */
  async reconnect(after: 'connection' | 'boot'): Promise<Session> {
    const deadline = Date.now() + reconnectWithinMs
    const { name } = this.#target
    if (after === 'boot')
      this.#emit({ event: 'waiting', host: name, for: 'reboot', text: 'waiting for the next boot' })
    for (;;) {
      await this.close().catch(() => {})
      try {
        const session = await this.open()
        await this.#connected
        if (after === 'connection') return session
        if ((await bootIdOf(session)) !== this.#bootId) return session
      } catch (error) {
        const code = error instanceof OpsError ? error.data.code : 'failed'
        if (code === 'host-key') throw error
      }
      if (Date.now() > deadline) {
        throw new OpsError({
          code: 'lost',
          title: `${name} did not come back within ${reconnectWithinMs / 60_000} minutes`,
          host: name,
          changed: 'unknown',
          next: 'Look at its console, then run the same command again.',
        })
      }
      await new Promise(resolve => setTimeout(resolve, retryEveryMs))
    }
  }
}
