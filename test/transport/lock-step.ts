/**
 * A link on which the far end is heard only when we have said enough: what it says after the key exchange is held back
 * until so many bytes of ours have come. Who waits for an answer that is not needed waits for ever.
 */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { PacketReader } from '../faults/instruments/ssh-packets.ts'

const newKeys = 21
/** Before its payload a plain packet has its length and that of its padding. */
const typeAt = 5

export interface LockStep {
  readonly port: number
  /** What was held back has been let go: we had said enough without it. */
  readonly isReleased: () => boolean
  close(): Promise<void>
}

/** Leads to `port`; the server's answers to what is encrypted wait for `bytes` of ours that are. */
export async function startLockStep(port: number, bytes: number): Promise<LockStep> {
  let isReleased = false
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    const far = connect(port, '127.0.0.1')
    const sides = { client: new Side(), far: new Side() }
    let held: Buffer[] = []
    const release = (): void => {
      if (sides.client.encryptedBytes < bytes) return
      isReleased = true
      for (const piece of held) client.write(piece)
      held = []
    }
    client.on('data', piece => {
      sides.client.take(piece)
      far.write(piece)
      release()
    })
    far.on('data', piece => {
      const before = sides.far.encryptedBytes
      sides.far.take(piece)
      const late = sides.far.encryptedBytes - before
      client.write(piece.subarray(0, piece.length - late))
      held.push(piece.subarray(piece.length - late))
      release()
    })
    for (const [one, other] of [
      [client, far],
      [far, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    isReleased: () => isReleased,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the link does not listen')
  return address.port
}

/** Where one side of a connection began to encrypt, and how much of that has come. */
class Side {
  readonly #reader = new PacketReader()
  #seen = Buffer.alloc(0)
  #plainEnd: number | undefined

  get encryptedBytes(): number {
    return this.#plainEnd === undefined ? 0 : Math.max(0, this.#seen.length - this.#plainEnd)
  }

  take(piece: Buffer): void {
    this.#reader.push(piece, this.#seen.length)
    this.#seen = Buffer.concat([this.#seen, piece])
    if (this.#plainEnd !== undefined) return
    const { ends } = this.#reader
    this.#plainEnd = ends.find((_end, at) => at > 0 && this.#seen[(ends[at - 1] ?? 0) + typeAt] === newKeys)
  }
}
