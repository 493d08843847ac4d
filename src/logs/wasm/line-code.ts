/**
 * Writes the WebAssembly that reads lines of one format, sixteen bytes at a time. It takes a line only where it is sure
 * that it is a row and can be read in one way; of any other it says no more than where it ends.
 */

import { assembledModule } from '../../base/wasm/assemble.ts'
import { Constants, splat } from '../../base/wasm/constants.ts'
import { type LineRules, marks } from '../line-rules.ts'
import { type ByteKinds, byteKinds } from './byte-kinds.ts'
import { FieldText } from './field-text.ts'

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
