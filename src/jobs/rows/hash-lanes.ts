/**
 * The WebAssembly text that hashes four rows of the same number of blocks at once: SHA-256 (FIPS 180-4), a row in each lane
 * of its vectors. What comes of it is the XOR of the first halves, as `row-hash.ts` wants it.
 */

/** Where it keeps things in memory: `sum` is four vectors, `rounds` 64 constants, `schedule` as much room. */
export interface LanePlaces {
  readonly sum: number
  readonly rounds: number
  readonly schedule: number
}

const letters = ['va', 'vb', 'vc', 'vd', 've', 'vf', 'vg', 'vh'] as const

/** Its locals that are vectors. */
export const laneVectors = ['r0', 'r1', 'r2', 'r3', 'x', ...letters, ...letters.map(letter => `h${letter}`)]
/** And those that are numbers. `slot` is where the first of four messages stands, `stride` how long each is. */
export const laneNumbers = ['slot', 'stride', 'block', 't']

const get = (name: string): string => `local.get ${name}`
const rotated = (name: string, bits: number): string =>
  `${get(name)} i32.const ${bits} i32x4.shr_u ${get(name)} i32.const ${32 - bits} i32x4.shl v128.or`
const rotations = (name: string, one: number, two: number, three: number): string =>
  `${rotated(name, one)} ${rotated(name, two)} v128.xor ${rotated(name, three)} v128.xor`

/** Four vectors of one row each become four of one word each. */
const low = '0,1,2,3,16,17,18,19,4,5,6,7,20,21,22,23'
const high = '8,9,10,11,24,25,26,27,12,13,14,15,28,29,30,31'
const firstHalves = '0,1,2,3,4,5,6,7,16,17,18,19,20,21,22,23'
const lastHalves = '8,9,10,11,12,13,14,15,24,25,26,27,28,29,30,31'

function loadWords(schedule: number, bigEndian: string): string {
  return [0, 1, 2, 3]
    .map(quarter => {
      const row = (lane: number): string => `
        ${get('block')} ${get('stride')} i32.const ${lane} i32.mul i32.add v128.load ${16 * quarter}
        ${bigEndian} i8x16.swizzle local.set r${lane}`
      const pairs = (order: string): string => `
        ${get('r0')} ${get('r1')} i8x16.shuffle ${order} local.set ${order === low ? 'va' : 'vb'}
        ${get('r2')} ${get('r3')} i8x16.shuffle ${order} local.set ${order === low ? 'vc' : 'vd'}`
      const word = (index: number, one: string, other: string, order: string): string =>
        `i32.const 0 ${get(one)} ${get(other)} i8x16.shuffle ${order} v128.store ${schedule + 16 * (4 * quarter + index)}`
      return `${[0, 1, 2, 3].map(row).join('')} ${pairs(low)} ${pairs(high)}
        ${word(0, 'va', 'vc', firstHalves)} ${word(1, 'va', 'vc', lastHalves)}
        ${word(2, 'vb', 'vd', firstHalves)} ${word(3, 'vb', 'vd', lastHalves)}`
    })
    .join('\n')
}

function extendSchedule(schedule: number): string {
  const word = (index: number): string => `${get('t')} v128.load ${schedule + 16 * index}`
  const small = (index: number, one: number, two: number, shift: number): string =>
    `${word(index)} local.set x ${rotated('x', one)} ${rotated('x', two)} v128.xor ${get('x')} i32.const ${shift} i32x4.shr_u v128.xor`
  return `
    i32.const 0 local.set t
    loop schedule
      ${get('t')}
      ${small(14, 17, 19, 10)} ${word(9)} i32x4.add ${small(1, 7, 18, 3)} i32x4.add ${word(0)} i32x4.add
      v128.store ${schedule + 16 * 16}
      ${get('t')} i32.const 16 i32.add local.tee t i32.const ${48 * 16} i32.lt_u br_if schedule
    end`
}

/** One of eight in a row: the letters move on by one each time. */
function round(index: number, { rounds, schedule }: LanePlaces): string {
  const named = (offset: number): string => letters[(offset - index + 8) % 8] as string
  const [a, b, c, d, e, f, g, h] = letters.map((_, offset) => named(offset)) as [
    ...(Record<'length', 8> & string[]),
  ]
  return `
    ${get(h as string)} ${rotations(e as string, 6, 11, 25)} i32x4.add
    ${get(f as string)} ${get(g as string)} ${get(e as string)} v128.bitselect i32x4.add
    ${get('t')} v128.load ${rounds + 16 * index} i32x4.add ${get('t')} v128.load ${schedule + 16 * index} i32x4.add
    local.tee x ${get(d as string)} i32x4.add local.set ${d}
    ${get('x')} ${rotations(a as string, 2, 13, 22)} i32x4.add
    ${get(c as string)} ${get(a as string)} ${get(a as string)} ${get(b as string)} v128.xor v128.bitselect i32x4.add local.set ${h}`
}

/** Adds what is in the four messages to the sum. `constant` makes the text that loads sixteen bytes. */
export function hashLanes(places: LanePlaces, constant: (bytes: Uint8Array) => string): string {
  const { schedule, sum } = places
  const bigEndian = constant(Uint8Array.from([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]))
  const eight = letters.map((_, index) => round(index, places)).join('')
  return `
    ${letters.map((letter, index) => `${constant(splatWord(starts[index] as number))} local.set h${letter}`).join('\n')}
    ${get('slot')} local.set block
    loop blocks
      ${loadWords(schedule, bigEndian)}
      ${extendSchedule(schedule)}
      ${letters.map(letter => `${get(`h${letter}`)} local.set ${letter}`).join(' ')}
      i32.const 0 local.set t
      loop rounds
        ${eight}
        ${get('t')} i32.const 128 i32.add local.tee t i32.const 1024 i32.lt_u br_if rounds
      end
      ${letters.map(letter => `${get(`h${letter}`)} ${get(letter)} i32x4.add local.set h${letter}`).join('\n')}
      ${get('block')} i32.const 64 i32.add local.tee block ${get('slot')} ${get('stride')} i32.add i32.lt_u br_if blocks
    end
    ${letters
      .slice(0, 4)
      .map(
        (letter, index) =>
          `i32.const 0 i32.const 0 v128.load ${sum + 16 * index} ${get(`h${letter}`)} v128.xor v128.store ${sum + 16 * index}`,
      )
      .join('\n')}`
}

/** The first 32 bits of what stands behind the point of roots of primes, as the standard has its constants. */
function primes(count: number): number[] {
  const found: number[] = []
  for (let each = 2; found.length < count; each++)
    if (found.every(prime => each % prime !== 0)) found.push(each)
  return found
}

const wordOf = (root: number): number => Math.floor((root % 1) * 2 ** 32)

const starts = primes(8).map(prime => wordOf(Math.sqrt(prime)))

function splatWord(word: number): Uint8Array {
  const bytes = Buffer.alloc(16)
  for (let at = 0; at < 16; at += 4) bytes.writeUInt32LE(word, at)
  return bytes
}

/** The constants of the rounds, each in four lanes. */
export function roundConstants(): Buffer {
  return Buffer.concat(primes(64).map(prime => splatWord(wordOf(Math.cbrt(prime)))))
}
