/** A connection of the system's own `ssh` that is logged in, as a Transport. */
import type { Duplex } from 'node:stream'
import { OpsError } from '../base/errors.ts'
import { commandLine } from './command-line.ts'
import type { Address } from './dial.ts'
import { type OpensshClient, startClient } from './openssh-client.ts'
import { forwardStream } from './openssh-forward.ts'
import type { OpensshMaster } from './openssh-master.ts'
import { openThroughMaster } from './openssh-socket.ts'
import { SessionRefused } from './session-refused.ts'
import { checkedSocketPath } from './socket-path.ts'
import type { ConnectTarget, RemoteProcess, Transport } from './transport.ts'

export class OpensshConnection implements Transport {
  readonly backend = 'openssh'
  readonly name: string
  readonly user: string
  readonly closed: Promise<string | undefined>
  readonly #master: OpensshMaster
  readonly #address: Address
  #opening: Promise<unknown> = Promise.resolve()
  #closing = false

  constructor(
    master: OpensshMaster,
    login: { readonly target: ConnectTarget; readonly address: Address; readonly user: string },
  ) {
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
  #startClient(rest: readonly string[], destination?: string): Promise<OpensshClient> {
    const refusal = (detail: string) => new SessionRefused(this.name, detail, destination)
    const started = this.#opening.then(() => startClient(this.#master, rest, refusal, () => this.#lost()))
    this.#opening = started.catch(() => undefined)
    return started
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
