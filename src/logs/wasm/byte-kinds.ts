/** Puts the bytes of a table into kinds that sixteen at a time can be told apart by: a lookup by each half of a byte. */

export interface ByteKinds {
  /** What the lower and the upper half of a byte say; the bits in both are its kinds. */
  readonly low: Uint8Array
  readonly high: Uint8Array
  /** The bits of all kinds of bytes that have this mark in the table. */
  bitsOf(mark: number): number
}

/** Undefined where eight kinds are too few. */
export function byteKinds(table: Uint8Array): ByteKinds | undefined {
  const kinds = new Map<string, { readonly value: number; readonly lows: number; highs: number }>()
  for (let high = 0; high < 16; high++) {
    for (const value of new Set(table.subarray(16 * high, 16 * high + 16))) {
      if (value === 0) continue
      let lows = 0
      for (let low = 0; low < 16; low++) if (table[16 * high + low] === value) lows |= 1 << low
      const key = `${value} ${lows}`
      const kind = kinds.get(key) ?? { value, lows, highs: 0 }
      kind.highs |= 1 << high
      kinds.set(key, kind)
    }
  }
  if (kinds.size > 8) return undefined
  const all = [...kinds.values()]
  const half = (of: 'lows' | 'highs') =>
    Uint8Array.from({ length: 16 }, (_, nibble) =>
      all.reduce((bits, kind, index) => bits | (((kind[of] >> nibble) & 1) << index), 0),
    )
  return {
    low: half('lows'),
    high: half('highs'),
    bitsOf: mark => all.reduce((bits, { value }, index) => bits | ((value & mark) === 0 ? 0 : 1 << index), 0),
  }
}
