/** A TCP proxy that makes a good link bad: slow, cut, reset, silent or throttled, at any byte. */
import { createServer, type Server, Socket } from 'node:net'
import { DelayLine, type Halt } from './delay-line.ts'
import { PacketReader } from './ssh-packets.ts'

/** Which way bytes go. */
export type Direction = 'toServer' | 'toClient'

/**
 * What becomes of a connection: `cut` ends it in order both ways, `reset` sends RST both ways, `stall` keeps it open
 * and carries nothing until `resume`, `throttle` carries on slowly.
 */
export type Fault = 'cut' | 'reset' | 'stall' | 'resume' | { readonly bytesPerSecond: number }

/** What a trigger does to the connection that meets it: a fault, or what a test does itself. */
export type Act = Fault | ((connection: ProxyConnection) => void)

/** Bytes that are about to be handed on. */
export interface Passing {
  readonly connection: ProxyConnection
  readonly direction: Direction
  /** Bytes handed on before, in this direction of this connection. */
  readonly passed: number
  readonly chunk: Buffer
}

/**
 * When to bring a fault about: once exactly `atByte` bytes have passed one way, once a number of SSH packets have (and
 * `bytesInto` bytes of the next), or before a chunk that `when` names.
 */
export type Trigger = { readonly fault: Act } & (
  | { readonly direction: Direction; readonly atByte: number }
  | { readonly direction: Direction; readonly afterPackets: number; readonly bytesInto?: number }
  | { readonly when: (passing: Passing) => boolean }
)

/** Where the proxy leads, and how slow it is. */
export interface ProxyOptions {
  readonly host?: string
  readonly port: number
  /** Each way: a round trip takes twice as long. A connection is there after one round trip, as on a real link. */
  readonly delayMs?: number
  readonly listenPort?: number
}

/** One connection through the proxy. */
export class ProxyConnection {
  readonly #lines: Readonly<Record<Direction, DelayLine>>
  readonly #sockets: readonly [client: Socket, server: Socket]
  readonly #dial: NodeJS.Timeout
  readonly #packets = { toServer: new PacketReader(), toClient: new PacketReader() }
  #isStalled = false
  #closed = 0

  constructor(
    client: Socket,
    options: ProxyOptions,
    watch: (passing: Passing) => Halt | undefined,
    gone: () => void,
  ) {
    const { host = '127.0.0.1', port, delayMs = 0 } = options
    const server = new Socket({ allowHalfOpen: true })
    const line = (direction: Direction, source: Socket, sink: Socket): DelayLine =>
      new DelayLine(source, sink, {
        delayMs,
        watch: (chunk, passed) => watch({ connection: this, direction, passed, chunk }),
      })
    this.#sockets = [client, server]
    this.#lines = { toServer: line('toServer', client, server), toClient: line('toClient', server, client) }
    // To the client the handshake cost nothing; on the link its three packets would have taken this long.
    this.#dial = setTimeout(() => server.connect({ host, port }), 3 * delayMs)
    server.once('connect', () => {
      if (!this.#isStalled) this.#each(each => each.open())
    })
    for (const socket of this.#sockets) {
      socket.setNoDelay(true)
      socket.on('error', () => this.inject('reset'))
      socket.once('close', () => {
        this.#closed += 1
        if (this.#closed === 2) gone()
      })
    }
  }

  /** Bytes handed on so far in one direction. */
  passed(direction: Direction): number {
    return this.#lines[direction].passed
  }

  /** Where the packets of SSH end, as far as bytes of that direction were handed on, or `chunk` is about to be. */
  packetEnds(direction: Direction, chunk: Buffer = Buffer.alloc(0)): readonly number[] {
    const reader = this.#packets[direction]
    reader.push(chunk, this.passed(direction))
    return reader.ends
  }

  /** Brings a fault about now. */
  inject(fault: Fault): void {
    if (typeof fault === 'object') this.#each(line => line.throttle(fault.bytesPerSecond))
    else if (fault === 'stall') this.#hold()
    else if (fault === 'resume') this.#release()
    else this.#break(fault)
  }

  /** Closes both ends, whatever is under way. */
  destroy(): void {
    clearTimeout(this.#dial)
    this.#each(line => line.drop())
    for (const socket of this.#sockets) socket.destroy()
  }

  #hold(): void {
    this.#isStalled = true
    this.#each(line => line.hold())
  }

  #release(): void {
    this.#isStalled = false
    if (!this.#sockets[1].pending) this.#each(line => line.open())
  }

  #break(how: 'cut' | 'reset'): void {
    clearTimeout(this.#dial)
    this.#each(line => line.drop())
    for (const socket of this.#sockets) {
      if (socket.pending) socket.destroy()
      else if (how === 'reset') socket.resetAndDestroy()
      // What still comes in is read and dropped: left unread, it would turn the end into a reset.
      else socket.resume().end()
    }
  }

  #each(act: (line: DelayLine) => void): void {
    act(this.#lines.toServer)
    act(this.#lines.toClient)
  }
}

/** A running proxy. */
export class FaultProxy {
  /** Live connections, oldest first. */
  readonly connections = new Set<ProxyConnection>()
  /** How many connections there have been. */
  accepted = 0
  readonly #server: Server
  readonly #triggers = new Set<Trigger>()
  readonly #passed = { toServer: 0, toClient: 0 }

  constructor(options: ProxyOptions) {
    this.#server = createServer({ allowHalfOpen: true }, client => {
      this.accepted += 1
      const connection = new ProxyConnection(
        client,
        options,
        passing => this.#watch(passing),
        () => {
          this.#passed.toServer += connection.passed('toServer')
          this.#passed.toClient += connection.passed('toClient')
          this.connections.delete(connection)
        },
      )
      this.connections.add(connection)
    })
  }

  /** Listens on loopback. */
  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', resolve)
    })
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Bytes handed on so far in one direction, over all connections. */
  passed(direction: Direction): number {
    return [...this.connections].reduce((sum, each) => sum + each.passed(direction), this.#passed[direction])
  }

  /** Brings a fault about on every live connection, now. */
  inject(fault: Fault): void {
    for (const connection of this.connections) connection.inject(fault)
  }

  /** Waits for a moment to bring a fault about, once, on the connection that meets it; call the result to give up. */
  arm(trigger: Trigger): () => void {
    this.#triggers.add(trigger)
    return () => this.#triggers.delete(trigger)
  }

  /** A fault still waits for its moment. */
  get isArmed(): boolean {
    return this.#triggers.size > 0
  }

  /** Ends all connections and stops to listen. */
  async close(): Promise<void> {
    for (const connection of this.connections) connection.destroy()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  #watch(passing: Passing): Halt | undefined {
    for (const trigger of this.#triggers) {
      const passBytes = bytesBefore(trigger, passing)
      if (passBytes === undefined) continue
      const act = (): void => {
        this.#triggers.delete(trigger)
        if (typeof trigger.fault === 'function') trigger.fault(passing.connection)
        else passing.connection.inject(trigger.fault)
      }
      return { passBytes, act }
    }
    return undefined
  }
}

/** How much of a chunk may pass before the trigger goes off; undefined when it does not within this chunk. */
function bytesBefore(trigger: Trigger, passing: Passing): number | undefined {
  if ('when' in trigger) return trigger.when(passing) ? 0 : undefined
  const { direction, passed, chunk } = passing
  if (trigger.direction !== direction) return undefined
  const missing = targetOf(trigger, passing) - passed
  return missing >= 0 && missing <= chunk.length ? missing : undefined
}

/** The byte of the direction after which a trigger goes off, as far as it is known yet. */
function targetOf(trigger: Exclude<Trigger, { when: unknown }>, passing: Passing): number {
  if ('atByte' in trigger) return trigger.atByte
  const { afterPackets, bytesInto = 0 } = trigger
  const end = passing.connection.packetEnds(passing.direction, passing.chunk)[afterPackets - 1]
  return afterPackets === 0 ? bytesInto : (end ?? Number.POSITIVE_INFINITY) + bytesInto
}

/** Starts a proxy on a free port of loopback, or on `listenPort`. */
export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultProxy(options)
  await proxy.listen(options.listenPort)
  return proxy
}
