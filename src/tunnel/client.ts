/** One connection to the SOCKS port, from its first byte to its last. */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { errorDataOf, OpsError } from '../base/errors.ts'
import type { Transport } from '../transport/transport.ts'
import { httpAnswer } from './http-answer.ts'
import { LinkDown } from './link.ts'
import { pump } from './pump.ts'
import { reset } from './reset.ts'
import { granted, refusal, refusalFor, welcome } from './socks-reply.ts'
import { type Destination, readOpening } from './socks-request.ts'

/** What a client needs of the tunnel. */
export interface Surroundings {
  readonly ready: (waitMs: number) => Promise<Transport>
  readonly lost: (transport: Transport, reason: string) => void
  /** `address:port` of the proxy, for people. */
  readonly proxy: string
  readonly pac: string
  /** How long a client waits for a connection that is being made again. */
  readonly holdMs: number
  /** How long a client may take to say what it wants. */
  readonly openingMs: number
  readonly opened: (stream: LiveStream) => void
  readonly closed: (stream: LiveStream) => void
  readonly carried: (direction: 'up' | 'down', bytes: number) => void
  readonly refused: (destination: string, reason: string) => void
}

/** A client that is connected to its destination. */
export interface LiveStream {
  readonly transport: Transport
  /** More was sent than the link takes at the moment. */
  isCongested(): boolean
  /** The connection to the host is gone: the client must not take that for the end of its data. */
  lose(): void
}

/** Serves one client; never throws. The promise resolves when it is connected, or gone. */
export async function serveClient(socket: Socket, around: Surroundings): Promise<void> {
  socket.on('error', () => socket.destroy())
  const impatience = setTimeout(() => socket.destroy(), around.openingMs)
  socket.once('close', () => clearTimeout(impatience))
  const wanted = await readWish(socket, around)
  clearTimeout(impatience)
  if (!wanted) return
  const { destination, early } = wanted
  const connected = await reach(socket, destination, around)
  if (!connected) return
  const { transport, channel } = connected
  if (socket.destroyed) {
    channel.destroy()
    return
  }
  socket.write(granted(destination.version))
  splice(socket, channel, transport, early, around)
}

/** Resolves with what the client wants and what it sent after that; with nothing once it was answered or is gone. */
function readWish(
  socket: Socket,
  around: Surroundings,
): Promise<{ readonly destination: Destination; readonly early: Buffer } | undefined> {
  return new Promise(resolve => {
    let seen: Buffer = Buffer.alloc(0)
    let greeted = false
    const settle = (result: Parameters<typeof resolve>[0]): void => {
      socket.off('data', onData)
      socket.off('end', onEnd)
      resolve(result)
    }
    const onEnd = (): void => {
      socket.destroy()
      settle(undefined)
    }
    const onData = (chunk: Buffer): void => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
      for (;;) {
        const opening = readOpening(seen, greeted)
        if (opening.kind === 'more') return
        if (opening.kind === 'greeting') {
          socket.write(welcome)
          greeted = true
          seen = seen.subarray(opening.taken)
          continue
        }
        if (opening.kind === 'connect') {
          // Kept where it is until the other end is there: the client has to wait anyway.
          socket.pause()
          settle({ destination: opening.destination, early: seen.subarray(opening.taken) })
          return
        }
        settle(undefined)
        if (opening.kind === 'http')
          farewell(socket, httpAnswer(opening.method, opening.path, around.pac, around.proxy))
        else if (opening.kind === 'refused') farewell(socket, opening.reply)
        else socket.destroy()
        return
      }
    }
    socket.on('data', onData)
    socket.once('end', onEnd)
    socket.once('close', () => settle(undefined))
  })
}

/** Connects to the destination; a connection that is lost before anything was sent is no reason to give up. */
async function reach(
  socket: Socket,
  { version, host, port }: Destination,
  around: Surroundings,
): Promise<{ readonly transport: Transport; readonly channel: Duplex } | undefined> {
  const deadline = performance.now() + around.holdMs
  const refuse = (why: Parameters<typeof refusal>[1], reason: string): undefined => {
    around.refused(`${host}:${port}`, reason)
    farewell(socket, refusal(version, why))
    return undefined
  }
  while (!socket.destroyed) {
    let transport: Transport | undefined
    try {
      transport = await around.ready(Math.max(0, deadline - performance.now()))
      if (socket.destroyed) return undefined
      return { transport, channel: await transport.forward(host, port) }
    } catch (error) {
      if (error instanceof LinkDown) return refuse('networkUnreachable', error.message)
      const { code, title } = errorDataOf(error)
      if (error instanceof OpsError && code !== 'lost')
        return refuse(refusalFor(title.replace(/^.*: /s, '')), title)
      if (performance.now() >= deadline) return refuse('networkUnreachable', title)
      if (transport) around.lost(transport, title)
    }
  }
  return undefined
}

function splice(
  socket: Socket,
  channel: Duplex,
  transport: Transport,
  early: Buffer,
  around: Surroundings,
): void {
  let isOver = false
  const over = (): void => {
    if (isOver) return
    isOver = true
    around.closed(stream)
  }
  const abort = (): void => {
    over()
    channel.destroy()
    reset(socket)
  }
  const stream: LiveStream = {
    transport,
    isCongested: () => channel.writableLength > 0,
    lose: abort,
  }
  around.opened(stream)
  socket.setNoDelay(true)
  socket.on('error', abort)
  channel.on('error', abort)
  socket.once('close', hadError => {
    if (hadError || !channel.readableEnded) channel.destroy()
    over()
  })
  if (early.length > 0) {
    around.carried('up', early.length)
    channel.write(early)
  }
  pump(socket, channel, {
    carried: bytes => around.carried('up', bytes),
    ended: () => channel.end(),
  })
  pump(channel, socket, {
    carried: bytes => around.carried('down', bytes),
    // A connection that breaks ends its streams too, a moment before it says so: look again after that.
    ended: () => afterNews(transport, () => !isOver && socket.end()),
  })
  socket.resume()
}

/** The processes of the openssh backend end one by one; ssh2 tells all of it in one turn. */
const opensshNewsMs = 50

function afterNews({ backend }: Transport, act: () => void): void {
  if (backend === 'ssh2') setImmediate(act)
  else setTimeout(act, opensshNewsMs)
}

/** Sends a last answer; what the client still sends is read and dropped, or the answer would be lost to a reset. */
function farewell(socket: Socket, answer: Buffer): void {
  if (socket.destroyed) return
  socket.resume()
  socket.end(answer)
  const patience = setTimeout(() => socket.destroy(), 2_000)
  socket.once('end', () => socket.destroySoon())
  socket.once('close', () => clearTimeout(patience))
}
