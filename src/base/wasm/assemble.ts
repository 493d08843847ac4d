/** Assembles one WebAssembly function from its text, in the names of the specification: nothing else has to be installed. */

type Immediate = 'local' | 'label' | 'branch' | 'number' | 'address' | 'lanes' | 'none'

/** The instructions that are used here: their bytes, and what stands behind each. */
const instructions: Readonly<Record<string, readonly [bytes: readonly number[], immediate: Immediate]>> = {
  block: [[0x02, 0x40], 'label'],
  loop: [[0x03, 0x40], 'label'],
  if: [[0x04, 0x40], 'label'],
  else: [[0x05], 'none'],
  end: [[0x0b], 'none'],
  br: [[0x0c], 'branch'],
  br_if: [[0x0d], 'branch'],
  return: [[0x0f], 'none'],
  'local.get': [[0x20], 'local'],
  'local.set': [[0x21], 'local'],
  'local.tee': [[0x22], 'local'],
  'i32.load': [[0x28, 0], 'address'],
  'i32.load8_u': [[0x2d, 0], 'address'],
  'i32.load16_u': [[0x2f, 0], 'address'],
  'i32.store': [[0x36, 0], 'address'],
  'i32.store8': [[0x3a, 0], 'address'],
  'i32.const': [[0x41], 'number'],
  'i32.eqz': [[0x45], 'none'],
  'i32.eq': [[0x46], 'none'],
  'i32.ne': [[0x47], 'none'],
  'i32.lt_u': [[0x49], 'none'],
  'i32.gt_u': [[0x4b], 'none'],
  'i32.ctz': [[0x68], 'none'],
  'i32.add': [[0x6a], 'none'],
  'i32.sub': [[0x6b], 'none'],
  'i32.mul': [[0x6c], 'none'],
  'i32.and': [[0x71], 'none'],
  'i32.or': [[0x72], 'none'],
  'i32.xor': [[0x73], 'none'],
  'i32.shl': [[0x74], 'none'],
  'i32.shr_u': [[0x76], 'none'],
  'v128.load': [[0xfd, 0x00, 0], 'address'],
  'v128.store': [[0xfd, 0x0b, 0], 'address'],
  'i8x16.shuffle': [[0xfd, 0x0d], 'lanes'],
  'i8x16.swizzle': [[0xfd, 0x0e], 'none'],
  'i8x16.eq': [[0xfd, 0x23], 'none'],
  'v128.and': [[0xfd, 0x4e], 'none'],
  'v128.or': [[0xfd, 0x50], 'none'],
  'v128.xor': [[0xfd, 0x51], 'none'],
  'v128.bitselect': [[0xfd, 0x52], 'none'],
  'i8x16.bitmask': [[0xfd, 0x64], 'none'],
  'i8x16.shr_u': [[0xfd, 0x6d], 'none'],
  'i32x4.shl': [[0xfd, 0xab, 0x01], 'none'],
  'i32x4.shr_u': [[0xfd, 0xad, 0x01], 'none'],
  'i32x4.add': [[0xfd, 0xae, 0x01], 'none'],
}

export interface WasmFunction {
  /** Its one argument, a number; it answers with one. */
  readonly argument: string
  readonly numbers: readonly string[]
  readonly vectors: readonly string[]
  readonly text: string
}

const i32 = 0x7f
const v128 = 0x7b

/** A module whose memory comes from outside as `m.m`, and which gives the function as `f`. */
export function assembledModule({ argument, numbers, vectors, text }: WasmFunction): Uint8Array {
  const locals = [argument, ...numbers, ...vectors]
  const code = [
    ...list([
      [...unsigned(numbers.length), i32],
      [...unsigned(vectors.length), v128],
    ]),
    ...assembled(text, locals),
    0x0b,
  ]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, 1, i32, 1, i32]])),
    ...section(2, list([[...name('m'), ...name('m'), 2, 0, 1]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...name('f'), 0, 0]])),
    ...section(10, list([[...unsigned(code.length), ...code]])),
  ])
}

function assembled(text: string, locals: readonly string[]): number[] {
  const words = text.split(/\s+/).filter(word => word !== '')
  const labels: string[] = []
  const bytes: number[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    const [opcode, immediate] = instructions[word] ?? unknown(word)
    bytes.push(...opcode)
    if (word === 'end') labels.pop()
    if (immediate === 'none') continue
    const operand = words[++at] ?? ''
    if (immediate === 'label') labels.push(operand)
    else if (immediate === 'local') bytes.push(...unsigned(known(locals.indexOf(operand), operand)))
    else if (immediate === 'branch') {
      const depth = labels.length - 1 - known(labels.lastIndexOf(operand), operand)
      bytes.push(...unsigned(depth))
    } else if (immediate === 'address') bytes.push(...unsigned(Number(operand)))
    else if (immediate === 'lanes') bytes.push(...operand.split(',').map(Number))
    else bytes.push(...signed(Number(operand)))
  }
  return bytes
}

function known(index: number, word: string): number {
  return index >= 0 ? index : unknown(word)
}

function unknown(word: string): never {
  throw new Error(`WebAssembly text: ${word} is not known`)
}

const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content]
const list = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()]
const name = (text: string) => [text.length, ...Buffer.from(text)]

/** LEB128 */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}

function signed(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7) {
    const byte = rest & 0x7f
    if (rest >> 7 === ((byte & 0x40) === 0 ? 0 : -1)) return [...bytes, byte]
    bytes.push(byte | 0x80)
  }
}
