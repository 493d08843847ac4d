/** What a column can hold, read from its type as any server spells it: two servers of one table must come to the same. */

export type ColumnType =
  /** `filled`: with ZEROFILL, it is printed with so many digits at least; 0: nobody wrote how many. */
  | { readonly kind: 'int'; readonly bits: number; readonly isUnsigned: boolean; readonly filled?: number }
  | {
      readonly kind: 'decimal'
      readonly digits: number
      readonly scale: number
      readonly isUnsigned: boolean
    }
  /** `digits`: it holds no more of them, as `5,2`. */
  | {
      readonly kind: 'float'
      readonly isDouble: boolean
      readonly isUnsigned: boolean
      readonly digits: string
    }
  /** `unit` says what `most` counts. `isFilled`: shorter values are filled up with zero bytes. */
  | {
      readonly kind: 'text' | 'bytes'
      readonly most: number
      readonly unit: 'characters' | 'bytes'
      readonly isFilled?: true
    }
  | { readonly kind: 'datetime' | 'timestamp' | 'time'; readonly fraction: number }
  | { readonly kind: 'enum' | 'set'; readonly values: readonly string[] }
  | { readonly kind: 'bit'; readonly bits: number }
  | { readonly kind: 'other'; readonly name: string }

const ints: Readonly<Record<string, number>> = {
  tinyint: 8,
  smallint: 16,
  mediumint: 24,
  int: 32,
  bigint: 64,
}
const blobs: Readonly<Record<string, number>> = {
  tiny: 255,
  '': 65_535,
  medium: 16_777_215,
  long: 4_294_967_295,
}

/** The spelling that all servers share: no width of integers that are not filled up with zeros, no width of a year; MySQL's json is MariaDB's longtext. MySQL 8 has a name of its own for a collection. */
export function plainType(type: string): string {
  return type
    .replace(/^((?:tiny|small|medium|big)?int)\(\d+\)(?!.*zerofill)/i, (whole, word: string) =>
      whole.toLowerCase() === 'tinyint(1)' ? whole : word,
    )
    .replace(/^year\(\d+\)/i, 'year')
    .replace(/^json$/i, 'longtext')
    .replace(/^geomcollection$/i, 'geometrycollection')
    .replace(/^(\w+)/, word => word.toLowerCase())
}

export function columnType(text: string): ColumnType {
  const [, word = '', inside = '', rest = ''] = /^(\w+)(?:\((.*)\))?(.*)$/s.exec(plainType(text)) ?? []
  const first = Number(inside.split(',')[0])
  const bits = ints[word]
  const isUnsigned = /unsigned/i.test(rest)
  if (bits !== undefined)
    return { kind: 'int', bits, isUnsigned, ...(/zerofill/i.test(rest) && { filled: first || 0 }) }
  if (word === 'decimal')
    return { kind: 'decimal', digits: first, scale: Number(inside.split(',')[1] ?? 0), isUnsigned }
  if (word === 'float' || word === 'double')
    return { kind: 'float', isDouble: word === 'double', isUnsigned, digits: inside }
  if (word === 'char' || word === 'varchar') return { kind: 'text', most: first, unit: 'characters' }
  if (word === 'varbinary') return { kind: 'bytes', most: first, unit: 'bytes' }
  if (word === 'binary') return { kind: 'bytes', most: first, unit: 'bytes', isFilled: true }
  const [, size, sort] = /^(tiny|medium|long|)(text|blob)$/.exec(word) ?? []
  if (size !== undefined)
    return { kind: sort === 'text' ? 'text' : 'bytes', most: blobs[size] ?? 0, unit: 'bytes' }
  if (word === 'datetime' || word === 'timestamp' || word === 'time')
    return { kind: word, fraction: Number.isNaN(first) ? 0 : first }
  if (word === 'enum' || word === 'set') return { kind: word, values: quotedWords(inside) }
  if (word === 'bit') return { kind: 'bit', bits: first || 1 }
  return { kind: 'other', name: plainType(text) }
}

/** `'a','it''s'`. */
function quotedWords(text: string): readonly string[] {
  return [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, word = '']) => word.replaceAll("''", "'"))
}

/** The least and the greatest whole number. */
export function rangeOf({
  bits,
  isUnsigned,
}: {
  readonly bits: number
  readonly isUnsigned: boolean
}): readonly [bigint, bigint] {
  return isUnsigned
    ? [0n, (1n << BigInt(bits)) - 1n]
    : [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
}
