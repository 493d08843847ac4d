/** Finds framed replies in a stream that may carry noise: a nonce marks every header, so foreign text is never data. */
import { StringDecoder } from 'node:string_decoder'

/** One header line `@NONCE kind args…` and the bytes that follow it up to the next header. */
export interface Frame {
  readonly kind: string
  readonly args: readonly string[]
  readonly body: Buffer
}

/** Told of a header as soon as it is there, and of the whole frame when the next header begins. */
export interface FrameListener {
  header?(kind: string, args: readonly string[]): void
  frame(frame: Frame): void
  /** When it returns true for a header, what follows is handed over as it comes and `frame` gets none of it. */
  live?(kind: string): boolean
  /** The same bytes as they came, for whoever must not lose any to decoding. */
  bytes?(kind: string, args: readonly string[], bytes: Buffer): void
  /** Whole characters, wherever the network cut them. */
  text?(kind: string, args: readonly string[], text: string): void
}

/** More than this between two headers is refused: no probe needs it, and memory must stay bounded. */
const largestBodyBytes = 8 * 1024 * 1024

/** What a host said, without the headers between: they are words of ops to itself. */
export function withoutHeaders(text: string, nonce: string): string {
  const lines = text.split('\n')
  return lines.filter(line => !line.startsWith(`@${nonce} `)).join('\n')
}

/** Reads frames off one stream. What comes before the first header is noise and is dropped. */
export class FrameReader {
  readonly #delimiter: Buffer
  readonly #listener: FrameListener
  readonly #decoder = new StringDecoder('utf8')
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** What is pending begins with a line end that was handed over already. */
  #told = 0
  #open: { kind: string; args: readonly string[] } | undefined

  constructor(nonce: string, listener: FrameListener) {
    this.#delimiter = Buffer.from(`\n@${nonce} `)
    this.#listener = listener
  }

  /** Bytes that follow the last header, as far as they came: the tail of what a dying host said. */
  get unfinished(): Buffer {
    return Buffer.concat(this.#pending)
  }

  /** @throws RangeError when a frame outgrows 8 MiB. */
  push(chunk: Buffer): void {
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    const keep = this.#delimiter.length + 256
    if (!chunk.includes(0x0a) && this.#pendingBytes < keep && !this.#isLive) return
    let buffer: Buffer = Buffer.concat(this.#pending)
    for (;;) {
      const start = buffer.indexOf(this.#delimiter)
      const headerEnd = start < 0 ? -1 : buffer.indexOf(0x0a, start + this.#delimiter.length)
      if (headerEnd < 0) break
      this.#finish(buffer.subarray(Math.min(this.#told, start), start))
      this.#told = 0
      const [kind = '', ...args] = buffer
        .toString('utf8', start + this.#delimiter.length, headerEnd)
        .split(' ')
      this.#open = { kind, args }
      this.#listener.header?.(kind, args)
      buffer = buffer.subarray(headerEnd + 1)
    }
    buffer = this.#passOn(buffer)
    if (!this.#open && buffer.length > keep) buffer = buffer.subarray(-keep)
    if (buffer.length > largestBodyBytes) throw new RangeError('a reply of more than 8 MiB was refused')
    this.#pending = [buffer]
    this.#pendingBytes = buffer.length
  }

  /** Nothing has come for a while: a line end that could begin a header is one of the text, and is handed over. */
  settle(): void {
    if (!this.#isLive || this.#told > 0 || this.#pendingBytes !== 1) return
    this.#tell(Buffer.from('\n'))
    this.#told = 1
  }

  get #isLive(): boolean {
    return this.#open !== undefined && this.#listener.live?.(this.#open.kind) === true
  }

  /** Hands live bytes over, except for an end that may be the beginning of a header. */
  #passOn(buffer: Buffer): Buffer {
    if (!this.#isLive) return buffer
    const header = buffer.indexOf(this.#delimiter)
    let safe = header < 0 ? Math.max(0, buffer.length - this.#delimiter.length) : header
    while (
      header < 0 &&
      safe < buffer.length &&
      !this.#delimiter.subarray(0, buffer.length - safe).equals(buffer.subarray(safe))
    )
      safe++
    this.#tell(buffer.subarray(Math.min(this.#told, safe), safe))
    if (safe > 0) this.#told = 0
    return buffer.subarray(safe)
  }

  #tell(bytes: Buffer): void {
    if (bytes.length > 0 && this.#open) this.#listener.bytes?.(this.#open.kind, this.#open.args, bytes)
    const text = this.#decoder.write(bytes)
    if (text !== '' && this.#open) this.#listener.text?.(this.#open.kind, this.#open.args, text)
  }

  #finish(body: Buffer): void {
    if (this.#open && this.#isLive) {
      if (body.length > 0) this.#listener.bytes?.(this.#open.kind, this.#open.args, body)
      const text = this.#decoder.end(body)
      if (text !== '') this.#listener.text?.(this.#open.kind, this.#open.args, text)
    } else if (this.#open) this.#listener.frame({ ...this.#open, body: Buffer.from(body) })
    this.#open = undefined
  }
}
