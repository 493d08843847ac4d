/** The WebAssembly text for one field: it begins at `at` and leaves there where the field ends, and what is in it as `marks`. */

import { type Constants, splat } from '../../base/wasm/constants.ts'
import { type FieldRule, marks } from '../line-rules.ts'
import type { ByteKinds } from './byte-kinds.ts'

const comma = 0x2c
const allSixteen = 0xffff
/** Before the first stop of these sixteen bytes. */
const beforeStop = 'local.get stop i32.const 1 i32.sub local.get stop i32.const -1 i32.xor i32.and i32.and'
const goOn = 'local.get at i32.const 16 i32.add local.set at br scan'

export class FieldText {
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
