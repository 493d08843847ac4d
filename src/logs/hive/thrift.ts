/** Thrift's binary protocol, as much of it as HiveServer2 speaks: structs to bytes and back. */

/** A field of a struct: its number and its value. */
export type Field = readonly [number, Value]

export type Value =
  | { readonly bool: boolean }
  | { readonly i16: number }
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly struct: readonly Field[] }
  /** As it was received: handles, which are ours to hand back and not to read. */
  | { readonly raw: Struct }
  | { readonly map: readonly (readonly [string, string])[] }

/** What was received; fields by number. Text is not told from bytes. */
export type Received = boolean | number | bigint | Buffer | Struct | readonly Received[]
export type Struct = ReadonlyMap<number, Received>

const kinds = {
  stop: 0,
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  bytes: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
} as const

const version = 0x80010000
const reply = 2

/** One call with one argument, the request. */
export function callBytes(name: string, sequence: number, request: readonly Field[]): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(version + 1)
  return Buffer.concat([
    head,
    sized(Buffer.from(name)),
    int32(sequence),
    structBytes([[1, { struct: request }]]),
  ])
}

/** The result of a call. @throws Error for what is no answer to it, with the server's words where it gave any. */
export function answerOf(message: Buffer): Struct {
  const reader = new Reader(message)
  const kind = reader.int32() & 0xff
  reader.bytes()
  reader.int32()
  const body = reader.struct()
  const success = body.get(0)
  if (kind === reply && success instanceof Map) return success as Struct
  const said = body.get(1)
  throw new Error(said instanceof Buffer ? said.toString() : 'the server sent no answer to what it was asked')
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const sized = (bytes: Buffer) => Buffer.concat([int32(bytes.length), bytes])

function structBytes(fields: readonly Field[]): Buffer {
  const parts = fields.flatMap(([id, value]) => {
    const { kind, bytes } = valueBytes(value)
    return [Buffer.from([kind, id >> 8, id & 0xff]), bytes]
  })
  return Buffer.concat([...parts, Buffer.from([kinds.stop])])
}

function valueBytes(value: Value): { readonly kind: number; readonly bytes: Buffer } {
  if ('bool' in value) return { kind: kinds.bool, bytes: Buffer.from([value.bool ? 1 : 0]) }
  if ('i16' in value) return { kind: kinds.i16, bytes: int32(value.i16).subarray(2) }
  if ('i32' in value) return { kind: kinds.i32, bytes: int32(value.i32) }
  if ('i64' in value) {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(BigInt(value.i64))
    return { kind: kinds.i64, bytes }
  }
  if ('text' in value) return { kind: kinds.bytes, bytes: sized(Buffer.from(value.text)) }
  if ('struct' in value) return { kind: kinds.struct, bytes: structBytes(value.struct) }
  if ('raw' in value) return { kind: kinds.struct, bytes: rawBytes(value.raw) }
  const entries = value.map.flatMap(pair => pair.map(text => sized(Buffer.from(text))))
  const head = Buffer.from([kinds.bytes, kinds.bytes])
  return { kind: kinds.map, bytes: Buffer.concat([head, int32(value.map.length), ...entries]) }
}

/** A handle: structs, byte strings, numbers and truth. */
function rawBytes(struct: Struct): Buffer {
  const parts: Buffer[] = []
  for (const [id, value] of struct) {
    const [kind, bytes] =
      value instanceof Buffer
        ? [kinds.bytes, sized(value)]
        : value instanceof Map
          ? [kinds.struct, rawBytes(value)]
          : typeof value === 'boolean'
            ? [kinds.bool, Buffer.from([value ? 1 : 0])]
            : [kinds.i32, int32(Number(value))]
    parts.push(Buffer.from([kind, id >> 8, id & 0xff]), bytes)
  }
  return Buffer.concat([...parts, Buffer.from([kinds.stop])])
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int32(): number {
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }

  bytes(): Buffer {
    const length = this.int32()
    if (length < 0 || this.#at + length > this.#bytes.length)
      throw new RangeError('a length beyond the message')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  struct(): Struct {
    const fields = new Map<number, Received>()
    for (;;) {
      const kind = this.#byte()
      if (kind === kinds.stop) return fields
      this.#at += 2
      const id = this.#bytes.readInt16BE(this.#at - 2)
      fields.set(id, this.#value(kind))
    }
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.#at++)
  }

  #value(kind: number): Received {
    switch (kind) {
      case kinds.bool:
        return this.#byte() === 1
      case kinds.byte:
        return (this.#byte() << 24) >> 24
      case kinds.i16:
        this.#at += 2
        return this.#bytes.readInt16BE(this.#at - 2)
      case kinds.i32:
        return this.int32()
      case kinds.i64:
        this.#at += 8
        return this.#bytes.readBigInt64BE(this.#at - 8)
      case kinds.double:
        this.#at += 8
        return this.#bytes.readDoubleBE(this.#at - 8)
      case kinds.bytes:
        return this.bytes()
      case kinds.struct:
        return this.struct()
      case kinds.map: {
        const [key, value] = [this.#byte(), this.#byte()]
        return Array.from({ length: this.int32() }, () => [this.#value(key), this.#value(value)])
      }
      case kinds.list:
      case kinds.set: {
        const element = this.#byte()
        return Array.from({ length: this.int32() }, () => this.#value(element))
      }
      default:
        throw new Error(`the server sent a kind of value that is not known: ${kind}`)
    }
  }
}
