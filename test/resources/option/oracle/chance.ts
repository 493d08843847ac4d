/** Choices that a seed repeats, and the pieces that files of settings are made of. */

export interface Chance {
  /** A whole number below this one. */
  below(limit: number): number
  pick<T>(list: readonly T[]): T
  /** True so many times out of a hundred. */
  percent(share: number): boolean
  /** So many, each made anew. */
  times<T>(least: number, most: number, make: () => T): readonly T[]
  /** A word that no other place of the file has. */
  mark(): string
}

/** Mulberry32. */
export function chance(seed: number): Chance {
  let state = seed >>> 0
  let marks = 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    pick: list => list[below(list.length)] as (typeof list)[number],
    percent: share => below(100) < share,
    times: (least, most, make) => Array.from({ length: least + below(most - least + 1) }, make),
    mark: () => `c${++marks}`,
  }
}

/** The same word in some case. */
export function anyCase(given: Chance, word: string): string {
  return given.pick([word, word, word.toLowerCase(), word.toUpperCase()])
}

/** Blanks and `=` as people write them. */
export const equals = ['=', ' = ', '= ', ' =', '\t=\t', '  =  '] as const
export const indents = ['', '', '', '  ', '\t', '    '] as const
