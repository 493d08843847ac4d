/** Calls to a HiveServer2 over any stream: SASL PLAIN first, then one frame a message. */
import type { Duplex } from 'node:stream'
import { answerOf, callBytes, type Field, type Struct } from './thrift.ts'

const start = 1
const okay = 2
const complete = 5
/** No answer that we ask for is larger. */
const largestFrame = 1 << 29

export class HiveWire {
  readonly #stream: Duplex
  readonly #reads: AsyncIterator<Buffer>
  #received: Buffer[] = []
  #length = 0
  #sequence = 0

  private constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('error', () => {})
    this.#reads = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** Greets the server as it expects without Kerberos: a name, and a password that it need not look at. */
  static async greet(stream: Duplex, user: string, password: string): Promise<HiveWire> {
    const wire = new HiveWire(stream)
    wire.#negotiate(start, Buffer.from('PLAIN'))
    wire.#negotiate(okay, Buffer.from(`\0${user}\0${password}`))
    const head = await wire.#take(5)
    const said = await wire.#take(sizeOf(head.subarray(1)))
    if (head[0] !== complete) throw new Error(`the server does not let ${user} in: ${said.toString()}`)
    return wire
  }

  /** One call at a time. */
  async call(name: string, request: readonly Field[]): Promise<Struct> {
    const message = callBytes(name, ++this.#sequence, request)
    const head = Buffer.alloc(4)
    head.writeInt32BE(message.length)
    this.#stream.write(Buffer.concat([head, message]))
    const length = sizeOf(await this.#take(4))
    return answerOf(await this.#take(length))
  }

  close(): void {
    this.#stream.destroy()
  }

  #negotiate(status: number, payload: Buffer): void {
    const head = Buffer.alloc(5)
    head.writeUInt8(status)
    head.writeInt32BE(payload.length, 1)
    this.#stream.write(Buffer.concat([head, payload]))
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#length < count) {
      const { value, done } = await this.#reads.next()
      if (done) throw new Error('the server closed the connection; is it a HiveServer2 in binary mode?')
      this.#received.push(value)
      this.#length += value.length
    }
    const all = this.#received.length === 1 ? this.#received[0] : undefined
    const bytes = all ?? Buffer.concat(this.#received)
    this.#received = [bytes.subarray(count)]
    this.#length -= count
    return bytes.subarray(0, count)
  }
}

function sizeOf(head: Buffer): number {
  const size = head.readInt32BE(0)
  if (size < 0 || size > largestFrame)
    throw new Error('what answers there does not speak the protocol of HiveServer2')
  return size
}
