/**
 * Writes the WebAssembly that goes through many rows in one call, sixteen bytes at a time: packets of the server become
 * lines of TSV, or such lines become rows again, and either way the rows are hashed. It does what `row-lines.ts` and
 * `row-hash.ts` do for one row, and stops before a row that it is not made for: a long one, a bad one.
 */
import { assembledModule } from '../../base/wasm/assemble.ts'
import { Constants, splat } from '../../base/wasm/constants.ts'
import { hashLanes, laneNumbers, laneVectors } from './hash-lanes.ts'
import { answers, blockBytes, mostRowBytes, places } from './row-places.ts'
import { anyOf, byteAt, get, isByte, load, move, plus, putByte, set, store } from './row-words.ts'

const tab = 0x09
const lineFeed = 0x0a
const backslash = 0x5c
const letterN = 0x4e
const nullMark = 0xfb

/** The next packet, whole: `from` and `size` of its row. */
const takePacket = `
  ${plus('at', 4)} ${get('end')} i32.gt_u br_if done
  ${get('at')} i32.load 0 i32.const 16777215 i32.and ${set('size')}
  ${plus('at', 4)} ${set('from')}
  ${get('size')} ${get('from')} i32.add ${set('next')}
  ${get('size')} i32.const ${mostRowBytes} i32.gt_u br_if other
  ${get('next')} ${get('end')} i32.gt_u br_if done
  ${get('size')} i32.eqz br_if other
  ${byteAt('from')} i32.const ${nullMark + 1} i32.gt_u br_if other
  ${load(places.most)} i32.eqz br_if enough
  ${get('at')} ${load(places.limit)} i32.gt_u br_if enough`

/** Its line, from `out` on; `begun` is where that begins. */
const writeLine = (constants: Constants): string => `
  ${get('out')} ${set('begun')}
  ${get('from')} ${set('p')}
  loop cells
    block cell
      ${byteAt('p')} ${set('c')}
      ${move('p', 1)}
      ${isByte('c', nullMark)}
      if null
        ${putByte(`i32.const ${backslash}`)}
        ${putByte(`i32.const ${letterN}`)}
        br cell
      end
      ${get('c')} i32.const ${nullMark} i32.gt_u
      if long
        ${isByte('c', 0xfc)} i32.eqz br_if bad
        ${get('p')} i32.load16_u 0 ${set('c')}
        ${move('p', 2)}
      end
      ${plus('p', 'c')} ${set('stop')}
      ${get('stop')} ${get('next')} i32.gt_u br_if bad
      loop copy
        ${get('p')} v128.load 0 local.tee x ${set('r0')}
        ${get('out')} ${get('r0')} v128.store 0
        ${anyOf(constants, [0, tab, lineFeed, backslash])} ${set('mask')}
        ${get('stop')} ${get('p')} i32.sub ${set('left')}
        ${get('left')} i32.const 16 i32.lt_u
        if short
          ${get('mask')} i32.const 1 ${get('left')} i32.shl i32.const 1 i32.sub i32.and ${set('mask')}
        end
        ${get('mask')} i32.eqz
        if plain
          ${get('left')} i32.const 17 i32.lt_u
          if last
            ${move('out', 'left')}
            ${get('stop')} ${set('p')}
            br cell
          end
          ${move('p', 16)}
          ${move('out', 16)}
          br copy
        end
        ${get('mask')} i32.ctz ${set('left')}
        ${move('p', 'left')}
        ${move('out', 'left')}
        ${putByte(`i32.const ${backslash}`)}
        ${putByte(`${byteAt('p')} i32.load8_u ${places.letters}`)}
        ${move('p', 1)}
        ${get('p')} ${get('stop')} i32.lt_u br_if copy
      end
    end
    ${get('p')} ${get('next')} i32.lt_u
    if more
      ${putByte(`i32.const ${tab}`)}
      br cells
    end
  end
  ${putByte(`i32.const ${lineFeed}`)}`

/** The next line becomes a row: `from` and `size` of it. */
const readLine = (constants: Constants): string => `
  ${get('at')} ${get('end')} i32.lt_u i32.eqz br_if done
  ${get('at')} ${set('p')}
  i32.const ${places.row} local.tee from ${set('head')}
  ${plus('head', 1)} ${set('to')}
  loop copy
    ${get('to')} i32.const ${places.row + mostRowBytes} i32.gt_u br_if other
    ${get('p')} v128.load 0 local.tee x ${set('r0')}
    ${get('to')} ${get('r0')} v128.store 0
    ${anyOf(constants, [tab, lineFeed, backslash])} local.tee mask i32.eqz
    if plain
      ${move('p', 16)}
      ${move('to', 16)}
      br copy
    end
    ${get('mask')} i32.ctz ${set('left')}
    ${move('p', 'left')}
    ${move('to', 'left')}
    ${byteAt('p')} ${set('c')}
    ${move('p', 1)}
    block cell
      ${isByte('c', backslash)} i32.eqz br_if cell
      ${byteAt('p')} ${set('c')}
      ${move('p', 1)}
      ${isByte('c', letterN)}
      if null
        ${get('to')} ${plus('head', 1)} i32.eq i32.eqz br_if other
        ${byteAt('p')} ${set('c')}
        ${move('p', 1)}
        ${isByte('c', tab)} ${isByte('c', lineFeed)} i32.or i32.eqz br_if other
        ${get('head')} i32.const ${nullMark} i32.store8 0
        ${plus('head', 1)} local.tee head ${set('to')}
        ${move('to', 1)}
        ${isByte('c', tab)} br_if copy
        i32.const -1 ${set('left')}
        br cell
      end
      ${get('c')} i32.load8_u ${places.meant} local.tee c i32.eqz br_if other
      ${get('to')} ${get('c')} i32.const 1 i32.sub i32.store8 0
      ${move('to', 1)}
      br copy
    end
    ${get('left')} i32.const -1 i32.eq
    if null
      ${get('head')} ${set('to')}
    else
      ${get('to')} ${get('head')} i32.sub i32.const 1 i32.sub local.tee left i32.const ${nullMark - 1} i32.gt_u br_if other
      ${get('head')} ${get('left')} i32.store8 0
      ${get('to')} ${set('head')}
      ${move('to', 1)}
      ${isByte('c', tab)} br_if copy
      ${get('head')} ${set('to')}
    end
  end
  ${get('to')} ${get('from')} i32.sub ${set('size')}
  ${get('size')} i32.const ${mostRowBytes} i32.gt_u br_if other
  ${get('p')} ${set('next')}`

/** Puts the row beside others of its number of blocks, and hashes four together. */
const hashRow = (constants: Constants): string => `
  ${plus('size', blockBytes + 8)} i32.const 6 i32.shr_u ${set('blocks')}
  ${get('blocks')} i32.const 6 i32.shl ${set('stride')}
  ${get('blocks')} i32.const 1 i32.sub ${set('left')}
  ${get('blocks')} ${get('left')} i32.mul i32.const ${2 * blockBytes} i32.mul ${get('left')} i32.const 6 i32.shl i32.add
  i32.const ${places.slots} i32.add ${set('slot')}
  ${get('blocks')} i32.const 2 i32.shl local.tee head i32.load ${places.waiting} ${set('c')}
  ${get('c')} ${get('stride')} i32.mul ${get('slot')} i32.add local.tee to ${set('p')}
  ${get('from')} ${set('mask')}
  ${plus('from', 'size')} ${set('stop')}
  loop copy
    ${get('p')} ${get('mask')} v128.load 0 v128.store 0
    ${move('p', 16)}
    ${plus('mask', 16)} local.tee mask ${get('stop')} i32.lt_u br_if copy
  end
  ${plus('to', 'size')} local.tee p i32.const 128 i32.store8 0
  ${move('p', 1)}
  ${plus('to', 'stride')} ${set('stop')}
  loop zeros
    ${get('p')} ${constants.load(splat(0))} v128.store 0
    ${plus('p', 16)} local.tee p ${get('stop')} i32.lt_u br_if zeros
  end
  ${get('stop')} i32.const 1 i32.sub ${get('size')} i32.const 3 i32.shl i32.store8 0
  ${get('stop')} i32.const 2 i32.sub ${get('size')} i32.const 5 i32.shr_u i32.store8 0
  ${get('head')} ${plus('c', 1)} i32.const 3 i32.and local.tee c i32.store ${places.waiting}
  ${get('c')} i32.eqz
  if four
    ${hashLanes(places, bytes => constants.load(bytes))}
  end`

/** The module, and the constants that it finds in its memory. */
export function rowCode(): { readonly module: Uint8Array; readonly constants: Uint8Array } {
  const constants = new Constants(places.constants)
  const leave = (answer: number): string => `
    ${store(places.at, get('at'))}
    ${store(places.out, get('out'))}
    i32.const ${answer} return`
  const text = `
    ${load(places.at)} ${set('at')}
    ${load(places.end)} ${set('end')}
    ${load(places.out)} ${set('out')}
    block done
      block enough
        block other
          block bad
            loop rows
              ${get('mode')} i32.eqz
              if packets
                ${takePacket}
                ${writeLine(constants)}
                ${store(places.last, get('from'))}
                ${store(places.lastEnd, get('next'))}
                ${store(places.most, `${load(places.most)} i32.const 1 i32.sub`)}
              else
                ${readLine(constants)}
              end
              ${hashRow(constants)}
              ${store(places.rows, `${load(places.rows)} i32.const 1 i32.add`)}
              ${get('next')} ${set('at')}
              br rows
            end
          end
          ${get('begun')} ${set('out')}
        end
        ${leave(answers.other)}
      end
      ${leave(answers.enough)}
    end
    ${store(places.at, get('at'))}
    ${store(places.out, get('out'))}
    i32.const ${answers.done}`
  const module = assembledModule({
    argument: 'mode',
    numbers: [
      ...['at', 'end', 'out', 'begun', 'from', 'size', 'next', 'p', 'c', 'stop', 'left', 'mask'],
      ...['head', 'to', 'blocks', ...laneNumbers],
    ],
    vectors: laneVectors,
    text,
  })
  if (constants.bytes.length > places.rounds - places.constants)
    throw new RangeError('the constants need more room')
  return { module, constants: Uint8Array.from(constants.bytes) }
}
