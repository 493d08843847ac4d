/** A SOCKS server on this machine whose connections come out of a host: the listener outlives the SSH connection. */

import type { Socket } from 'node:net'
import type { ErrorData } from '../base/errors.ts'
import type { LinkState, TunnelFigures } from '../run/tunnel-state.ts'
import type { Transport } from '../transport/transport.ts'
import { type LiveStream, type Surroundings, serveClient } from './client.ts'
import { clockJumps } from './clock-jump.ts'
import { Link } from './link.ts'
import { type Listener, listen } from './listen.ts'
import { type Direct, pacFile } from './pac.ts'

export interface TunnelOptions {
  readonly connect: () => Promise<Transport>
  /** An address of this machine; loopback unless others are to use the tunnel too. */
  readonly bind: string
  /** 0: any that is free. */
  readonly port: number
  readonly directs: readonly Direct[]
  /** How long clients wait while the connection is being made again; 15 s unless said otherwise. */
  readonly holdMs?: number
  /** How long a client may take to say what it wants; 10 s unless said otherwise. */
  readonly openingMs?: number
  /** False: an unreachable host at the very start is waited for as well. */
  readonly giveUpFirst: boolean
  readonly onState?: (state: LinkState) => void
  readonly onRefused?: (destination: string, reason: string) => void
}

export interface Tunnel {
  /** `address:port`, an IPv6 address in brackets. */
  readonly proxy: string
  readonly port: number
  /** Resolves when the tunnel has ended; with the error that ended it, if one did. */
  readonly ended: Promise<ErrorData | undefined>
  figures(): TunnelFigures
  /** Ends all clients, the connection and the listener. */
  close(): Promise<void>
}

const defaultHoldMs = 15_000
const defaultOpeningMs = 10_000
const tickMs = 1_000

/**
 * Listens first, so that a port that is taken is known before anything is contacted; then connects.
 * @throws OpsError `input` when the port cannot be had.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const streams = new Set<LiveStream>()
  const sockets = new Set<Socket>()
  const totals = { opened: 0, up: 0, down: 0, connections: 0 }
  const listener: Listener = await listen(options.bind, options.port, socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    void serveClient(socket, around)
  })
  const link = new Link({
    connect: options.connect,
    onState: state => {
      if (state.state === 'up') totals.connections += 1
      options.onState?.(state)
    },
    onLost: transport => {
      for (const stream of [...streams]) if (stream.transport === transport) stream.lose()
    },
    received: () => totals.down,
    isIdle: () => sockets.size === 0,
    isCongested: () => [...streams].some(stream => stream.isCongested()),
  })
  const around: Surroundings = {
    ready: waitMs => link.ready(waitMs),
    lost: (transport, reason) => link.reportLost(transport, reason),
    proxy: listener.proxy,
    pac: pacFile(listener.proxy, options.directs),
    holdMs: options.holdMs ?? defaultHoldMs,
    openingMs: options.openingMs ?? defaultOpeningMs,
    opened: stream => {
      totals.opened += 1
      streams.add(stream)
      link.used()
    },
    closed: stream => streams.delete(stream),
    carried: (direction, bytes) => {
      totals[direction] += bytes
    },
    refused: (destination, reason) => options.onRefused?.(destination, reason),
  }
  const sleptMs = clockJumps(tickMs)
  const timer = setInterval(() => sleptMs() > 0 && link.woke(), tickMs)
  const finish = async (): Promise<void> => {
    clearInterval(timer)
    for (const socket of sockets) socket.destroy()
    await listener.close()
  }
  const ended = link.run({ giveUpFirst: options.giveUpFirst }).then(async error => {
    await finish()
    return error
  })
  return {
    proxy: listener.proxy,
    port: listener.port,
    ended,
    figures: () => ({
      link: link.state,
      ...(link.latencyMs !== undefined && { latencyMs: link.latencyMs }),
      clients: sockets.size,
      streams: streams.size,
      opened: totals.opened,
      bytesUp: totals.up,
      bytesDown: totals.down,
      reconnects: Math.max(0, totals.connections - 1),
    }),
    close: async () => {
      await Promise.all([finish(), link.close()])
      await ended
    },
  }
}
