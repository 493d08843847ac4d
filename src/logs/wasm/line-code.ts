/**
 * Writes the WebAssembly that reads lines of one format, sixteen bytes at a time. It takes a line only where it is sure
 * that it is a row and can be read in one way; of any other it says no more than where it ends.
 */
import { type FieldRule, type LineRules, marks } from '../line-rules.ts'
import { assembledModule } from './assemble.ts'
import { type ByteKinds, byteKinds } from './byte-kinds.ts'

/** Where things are in its memory: four bytes for each field's start, then its end, then one for its marks; constants; lines. */
export interface LineCode {
  readonly module: Uint8Array
  readonly startsAt: number
  readonly endsAt: number
  readonly marksAt: number
  readonly constantsAt: number
  readonly constants: Uint8Array
}

export const linesAt = 1 << 13
/** Bytes of lines beyond their end that it may look at. */
export const readsBeyond = 64
const newline = 0x0a
const carriageReturn = 0x0d
const comma = 0x2c
const allSixteen = 0xffff

/**
 * Its function takes where a line begins and answers with four times where its newline is, plus 1 for a row, plus 2 where
 * that ends in a carriage return. Undefined where a format is beyond it.
 */
export function lineCode({ fields, literals }: LineRules, stripsReturn: boolean): LineCode | undefined {
  const kinds = fields.map(({ table }) => byteKinds(asStops(table)))
  if (kinds.includes(undefined) || literals.some(literal => literal.includes(newline))) return undefined
  const startsAt = 0
  const endsAt = 4 * fields.length
  const marksAt = 8 * fields.length
  const constants = new Constants((9 * fields.length + 15) & ~15)
  const parts = fields.map((rule, index) => {
    const next = literals[index + 1] as Buffer
    const text = new FieldText(constants, kinds[index] as ByteKinds, rule, next)
    return `
      i32.const 0 local.get at i32.store ${startsAt + 4 * index}
      local.get at local.set start
      i32.const 0 local.set marks
      ${rule.isOpen ? text.open() : text.closed()}
      i32.const 0 local.get at i32.store ${endsAt + 4 * index}
      i32.const 0 local.get marks i32.store8 ${marksAt + index}
      ${rule.mayBeEmpty ? '' : 'local.get at local.get start i32.eq br_if slow'}
      ${rule.isOpen ? '' : `${constants.differs(next, 'at')} br_if slow`}
      local.get at i32.const ${next.length} i32.add local.set at`
  })
  const text = `
    local.get line local.set at
    block slow
      ${constants.differs(literals[0] as Buffer, 'at')} br_if slow
      local.get at i32.const ${literals[0]?.length} i32.add local.set at
      ${parts.join('\n')}
      ${stripsReturn && literals.at(-1)?.length === 0 ? 'local.get at i32.const 1 i32.sub i32.load8_u 0 i32.const 13 i32.eq br_if slow' : ''}
      local.get at i32.load8_u 0 i32.const ${newline} i32.eq
      if whole
        local.get at i32.const 2 i32.shl i32.const 1 i32.or return
      end
      ${stripsReturn ? withReturn : ''}
    end
    local.get line local.set at
    loop scan
      local.get at v128.load 0 ${constants.load(splat(newline))} i8x16.eq i8x16.bitmask local.tee stop i32.eqz
      if on
        local.get at i32.const 16 i32.add local.set at
        br scan
      end
    end
    local.get at local.get stop i32.ctz i32.add i32.const 2 i32.shl`
  const end = constants.at + constants.bytes.length
  if (end > linesAt) return undefined
  const module = assembledModule({
    argument: 'line',
    numbers: ['at', 'start', 'marks', 'stop', 'seen', 'found', 'here'],
    vectors: ['bytes', 'kinds'],
    text,
  })
  return {
    module,
    startsAt,
    endsAt,
    marksAt,
    constantsAt: constants.at,
    constants: Uint8Array.from(constants.bytes),
  }
}

const withReturn = `
  local.get at i32.load8_u 0 i32.const ${carriageReturn} i32.eq
  local.get at i32.load8_u 1 i32.const ${newline} i32.eq i32.and
  if whole
    local.get at i32.const 1 i32.add i32.const 2 i32.shl i32.const 3 i32.or return
  end`

/** A stop is nothing else, and no field goes over the end of a line. */
function asStops(table: Uint8Array): Uint8Array {
  const stops = table.map(bits => ((bits & marks.stop) === 0 ? bits : marks.stop))
  stops[newline] = marks.stop
  return stops
}

const splat = (byte: number) => new Uint8Array(16).fill(byte)

/** Sixteen bytes each, every one once. */
class Constants {
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

/** Before the first stop of these sixteen bytes. */
const beforeStop = 'local.get stop i32.const 1 i32.sub local.get stop i32.const -1 i32.xor i32.and i32.and'
const goOn = 'local.get at i32.const 16 i32.add local.set at br scan'

/** The code for one field: it begins at `at` and leaves there where the field ends, and what is in it as `marks`. */
class FieldText {
  readonly #constants: Constants
  readonly #kinds: ByteKinds
  readonly #rule: FieldRule
  readonly #next: Buffer

  constructor(constants: Constants, kinds: ByteKinds, rule: FieldRule, next: Buffer) {
    this.#constants = constants
    this.#kinds = kinds
    this.#rule = rule
    this.#next = next
  }

  closed(): string {
    return `
      block done
        loop scan
          ${this.#look()}
          ${this.#which(marks.stop)} local.set stop
          ${this.#which(marks.csvQuote | marks.escape | marks.notText)} ${beforeStop} local.set seen
          ${this.#remember()}
          local.get stop br_if done
          ${goOn}
        end
      end
      local.get at local.get stop i32.ctz i32.add local.set at`
  }

  /** Ends where the next literal stands, if it stands in one place alone before the first stop. */
  open(): string {
    return `
      i32.const -1 local.set found
      loop scan
        ${this.#look()}
        ${this.#which(marks.stop)} local.set stop
        ${this.#which(marks.escape)} ${beforeStop} br_if slow
        local.get bytes ${this.#constants.load(splat(this.#next[0] as number))} i8x16.eq i8x16.bitmask ${beforeStop}
        local.tee seen
        if some
          loop each
            local.get at local.get seen i32.ctz i32.add local.set here
            ${this.#constants.differs(this.#next, 'here')} i32.eqz
            if fits
              local.get found i32.const -1 i32.ne br_if slow
              local.get here local.set found
            end
            local.get seen local.get seen i32.const 1 i32.sub i32.and local.tee seen
            br_if each
          end
        end
        local.get stop i32.eqz
        if on
          ${goOn}
        end
      end
      local.get found i32.const -1 i32.eq br_if slow
      ${this.#rule.endsInAddress ? `local.get found i32.const 1 i32.sub i32.load8_u 0 i32.const ${comma} i32.eq br_if slow` : ''}
      local.get start local.set at
      block done
        loop scan
          local.get at local.get found i32.lt_u i32.eqz br_if done
          ${this.#look()}
          ${this.#which(marks.csvQuote | marks.notText)} local.set seen
          local.get found local.get at i32.sub local.tee here i32.const 16 i32.lt_u
          if last
            i32.const 1 local.get here i32.shl i32.const 1 i32.sub local.get seen i32.and local.set seen
          end
          ${this.#remember()}
          ${goOn}
        end
      end
      local.get found local.set at`
  }

  #look(): string {
    const { low, high } = this.#kinds
    return `
      local.get at v128.load 0 local.set bytes
      ${this.#constants.load(low)} local.get bytes ${this.#constants.load(splat(15))} v128.and i8x16.swizzle
      ${this.#constants.load(high)} local.get bytes i32.const 4 i8x16.shr_u i8x16.swizzle
      v128.and local.set kinds`
  }

  /** A bit for each of the sixteen bytes that has one of the marks. */
  #which(wanted: number): string {
    const bits = this.#kinds.bitsOf(wanted)
    if (bits === 0) return 'i32.const 0'
    return `local.get kinds ${this.#constants.load(splat(bits))} v128.and ${this.#constants.load(splat(0))} i8x16.eq i8x16.bitmask i32.const ${allSixteen} i32.xor`
  }

  /** Adds the marks of the bytes that `seen` has a bit for; an escape is not for here. */
  #remember(): string {
    const add = (mark: number) => `
      ${this.#which(mark)} local.get seen i32.and i32.const 0 i32.ne i32.const ${Math.log2(mark)} i32.shl
      local.get marks i32.or local.set marks`
    return `
      local.get seen
      if some
        ${this.#which(marks.escape)} local.get seen i32.and br_if slow
        ${add(marks.csvQuote)}
        ${add(marks.notText)}
      end`
  }
}
