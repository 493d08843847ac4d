/** The constants of a WebAssembly text, sixteen bytes each, every one once. */

export const splat = (byte: number): Uint8Array => new Uint8Array(16).fill(byte)

export class Constants {
  readonly at: number
  readonly bytes: number[] = []
  readonly #places = new Map<string, number>()

  constructor(at: number) {
    this.at = at
  }

  load(value: Uint8Array): string {
    const key = value.join()
    const place = this.#places.get(key) ?? this.at + this.bytes.length
    if (!this.#places.has(key)) this.bytes.push(...value)
    this.#places.set(key, place)
    return `i32.const 0 v128.load ${place}`
  }

  /** Whether something else than `literal` stands where `local` says. */
  differs(literal: Buffer, local: string): string {
    const [first = 0] = literal
    if (literal.length === 0) return 'i32.const 0'
    if (literal.length === 1) return `local.get ${local} i32.load8_u 0 i32.const ${first} i32.ne`
    const pieces: string[] = []
    for (let from = 0; from < literal.length; from += 16) {
      const piece = new Uint8Array(16)
      const length = literal.copy(piece, 0, from, from + 16)
      const all = 2 ** length - 1
      pieces.push(
        `local.get ${local} v128.load ${from} ${this.load(piece)} i8x16.eq i8x16.bitmask i32.const ${all} i32.and i32.const ${all} i32.ne`,
      )
    }
    return pieces.join(' ') + ' i32.or'.repeat(pieces.length - 1)
  }
}
