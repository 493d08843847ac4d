/** Finds where the packets of SSH end in one direction of a connection, so that a fault can strike between any two. */

const lengthBytes = 4
const newKeys = 21
/** AES-GCM as SSH uses it leaves the length of a packet readable, and ends it with a tag (RFC 5647, section 7.3). */
const tagBytes = 16

/** Reads one direction from its first byte on; needs an aes-gcm cipher. */
export class PacketReader {
  /** Offsets at which packets end, the identification line being the first. */
  readonly ends: number[] = []
  #fed = 0
  #header = Buffer.alloc(0)
  #encrypted = false

  /** Takes bytes that begin at offset `at`; what was seen before is passed over. */
  push(chunk: Buffer, at: number): void {
    if (at > this.#fed) throw new RangeError('bytes of the stream were left out')
    for (let index = this.#fed - at; index < chunk.length; ) {
      const end = this.ends.at(-1) ?? 0
      if (this.ends.length === 0) {
        const line = chunk.indexOf(0x0a, index)
        if (line < 0) break
        this.ends.push(at + line + 1)
        index = line + 1
        continue
      }
      // The rest of a packet whose end is known already.
      if (at + index < end) {
        index = end - at
        continue
      }
      // Its type is the sixth byte, behind the length and the length of the padding.
      const wanted = (this.#encrypted ? lengthBytes : lengthBytes + 2) - this.#header.length
      const piece = chunk.subarray(index, index + wanted)
      this.#header = Buffer.concat([this.#header, piece])
      index += piece.length
      if (piece.length < wanted) break
      const start = at + index - this.#header.length
      const length = this.#header.readUInt32BE(0)
      this.ends.push(start + lengthBytes + length + (this.#encrypted ? tagBytes : 0))
      if (!this.#encrypted && this.#header[lengthBytes + 1] === newKeys) this.#encrypted = true
      this.#header = Buffer.alloc(0)
    }
    this.#fed = Math.max(this.#fed, at + chunk.length)
  }
}
