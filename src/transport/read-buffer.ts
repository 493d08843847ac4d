/** Reads a socket into one large buffer again and again: fewer reads, and no memory to clear away after each. */
import type { OnReadOpts, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Holds several packets of 32 KiB, most of them whole. */
const bufferBytes = 256 * 1024

const reused = new WeakSet<Duplex>()

/**
 * What `createConnection` is to be given, and what then makes a `data` event of each read. The socket begins paused:
 * what arrives while nobody listens would be lost.
 */
export function ownReads(): {
  readonly onread: OnReadOpts
  readonly deliverTo: (socket: Socket) => void
} {
  let target: Socket | undefined
  return {
    onread: {
      buffer: Buffer.allocUnsafeSlow(bufferBytes),
      callback: (bytes, buffer) => {
        if (!target) return true
        const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, bytes)
        target.emit('data', reused.has(target) ? chunk : Buffer.from(chunk))
        return true
      },
    },
    deliverTo: socket => {
      target = socket
      socket.pause()
    },
  }
}

/** From now on a chunk is only good until its listeners return: they keep nothing of it. */
export function reuseReads(socket: Duplex): void {
  reused.add(socket)
}
