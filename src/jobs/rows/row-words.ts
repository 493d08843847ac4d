/** Short forms of what the WebAssembly of rows says often: numbers by name, bytes, and sixteen bytes at once. */
import { type Constants, splat } from '../../base/wasm/constants.ts'

export const get = (name: string): string => `local.get ${name}`
export const set = (name: string): string => `local.set ${name}`
export const store = (place: number, value: string): string => `i32.const 0 ${value} i32.store ${place}`
export const load = (place: number): string => `i32.const 0 i32.load ${place}`
export const plus = (name: string, more: number | string): string =>
  `${get(name)} ${typeof more === 'number' ? `i32.const ${more}` : get(more)} i32.add`
export const move = (name: string, more: number | string): string => `${plus(name, more)} ${set(name)}`
export const byteAt = (name: string): string => `${get(name)} i32.load8_u 0`
export const isByte = (name: string, byte: number): string => `${get(name)} i32.const ${byte} i32.eq`
export const putByte = (byte: string): string => `${get('out')} ${byte} i32.store8 0 ${move('out', 1)}`

/** A bit for each of sixteen bytes that is one of these. */
export const anyOf = (constants: Constants, bytes: readonly number[]): string =>
  [
    ...bytes.map((byte, index) => {
      const isByte = `${get('x')} ${constants.load(splat(byte))} i8x16.eq`
      return index > 0 ? `${isByte} v128.or` : isByte
    }),
    'i8x16.bitmask',
  ].join(' ')
