import { describe, expect, test } from 'vitest'
import { BlockMatcher } from '../../src/logs/block-matcher.ts'
import { readFormat } from '../../src/logs/known-formats.ts'
import { LineMatcher } from '../../src/logs/line-matcher.ts'

const json =
  '{"at":"$time_iso8601","agent":"$http_user_agent","status":$status,"long name of a field":"$http_x"}'
/** A format, and a line that is written in it. */
const samples: readonly (readonly [format: string, line: string])[] = [
  [
    'combined',
    '192.0.2.7 - john smith [28/Nov/2026:08:15:00 +0100] "GET /a b?x=1,2 HTTP/1.1" 200 17 "http://r/" "UA (x, y); z"',
  ],
  ['common', '::1 - - [28/Nov/2026:08:15:00 +0100] "GET / HTTP/1.1" 200 -'],
  [
    'vhost_combined',
    'www.example.com:443 ::1 - - [28/Nov/2026:08:15:00 +0100] "GET / HTTP/1.1" 200 5 "-" "curl/7.88.1"',
  ],
  ['main', '192.0.2.7 - - [28/Nov/2026:08:15:00 +0100] "GET / HTTP/1.1" 200 5 "-" "x" "10.0.0.1, 192.0.2.1"'],
  [
    '$remote_addr $proxy_add_x_forwarded_for $request_time $status',
    '192.0.2.7 10.0.0.1, 10.0.0.2, 192.0.2.7 0.004 200',
  ],
  [
    '$status "$upstream_addr" $upstream_response_time $pipe',
    '502 "10.0.0.1:80, 10.0.0.2:80 : -" 0.100, 0.2 : 0.3 .',
  ],
  [json, '{"at":"2026-11-28T10:00:00+01:00","agent":"a b","status":200,"long name of a field":"ä, 1"}'],
]
const pieces = ['"', ' ', '[', ']', '] "', ' [', '" ', ',', '-', '\\', '\\"', '\r', '\0', '\xff', '" "', '']
const longer = ['x'.repeat(15), 'y'.repeat(16), ' '.repeat(17), 'é,'.repeat(20)]

/** The line itself, then damaged at up to four places; the same at each call. */
function damaged(whole: string, count: number): readonly Buffer[] {
  let seed = 11
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (seed >> 8) % below
  }
  const all = [...pieces, ...longer]
  return Array.from({ length: count }, (_, index) => {
    let line = whole
    for (let times = index === 0 ? 0 : next(5); times > 0; times--) {
      const at = next(line.length + 1)
      line = line.slice(0, at) + all[next(all.length)] + line.slice(at + (next(5) >> 1))
    }
    return Buffer.from(next(3) === 0 ? `${line}\r` : line)
  })
}

describe('lines that are read sixteen bytes at a time', () => {
  test.each(samples)('are read as they are one by one, or not at all: %s', (name, whole) => {
    const format = readFormat(name)
    const stripsReturn = format.escaping !== 'none'
    const blocks = BlockMatcher.of(format, stripsReturn)
    if (!blocks) throw new Error('this format has no such reader')
    const matcher = new LineMatcher(format)
    const lines = damaged(whole, 3000)
    const piece = Buffer.concat(lines.flatMap(line => [line, Buffer.from('\n')]))
    const wrong: Buffer[] = []
    const counted = { rows: 0, others: 0, missed: 0 }
    let at = 0
    let start = 0
    for (let size = 100_000; start < piece.length; start += blocks.done) {
      expect(blocks.take(piece.subarray(start, start + size))).toBe(true)
      while (blocks.next()) {
        const line = lines[at++] as Buffer
        const hasReturn = stripsReturn && line.at(-1) === 0x0d
        const length = hasReturn ? line.length - 1 : line.length
        const isRow = matcher.match(line, 0, length) === 'row'
        if (!blocks.isRow) {
          counted[isRow ? 'missed' : 'others']++
          wrong.push(...(blocks.bytes.subarray(blocks.from, blocks.to).equals(line) ? [] : [line]))
          continue
        }
        const { starts, ends, marks } = blocks.row
        const isSame =
          isRow &&
          blocks.to - blocks.from === length &&
          marks.every(
            (seen, field) =>
              starts[field] === blocks.from + Number(matcher.row.starts[field]) &&
              ends[field] === blocks.from + Number(matcher.row.ends[field]) &&
              seen === matcher.row.marks[field],
          )
        if (!isSame) wrong.push(line)
        counted.rows++
      }
      size = 7000
    }
    expect(wrong.map(String)).toEqual([])
    expect(at).toBe(lines.length)
    expect(counted.others).toBeGreaterThan(300)
    // What has a backslash, or looks as if it could be read in two ways, is for the other reader.
    if (!name.includes('proxy') && !name.includes('upstream'))
      expect(counted.rows).toBeGreaterThan(Math.max(300, counted.missed))
  })

  test('a format of more than it can tell apart, and a piece that is too long, are for the other reader', () => {
    const format = readFormat('combined')
    expect(BlockMatcher.of(format, true)?.take(Buffer.alloc(1 << 20))).toBe(false)
    const many = readFormat(Array.from({ length: 1000 }, (_, index) => `"$http_a${index}"`).join(' '))
    expect(BlockMatcher.of(many, true)).toBeUndefined()
  })

  test('a machine without address space for its memory has the other reader', () => {
    const all = globalThis as unknown as { WebAssembly: { Memory: unknown } }
    const { Memory } = all.WebAssembly
    all.WebAssembly.Memory = class {
      constructor() {
        throw new RangeError('WebAssembly.Memory(): could not allocate memory')
      }
    }
    try {
      expect(BlockMatcher.of(readFormat('combined'), true)).toBeUndefined()
    } finally {
      all.WebAssembly.Memory = Memory
    }
  })

  test('a Node that has no WebAssembly has the other reader', () => {
    const all = globalThis as unknown as { WebAssembly: unknown }
    const { WebAssembly: wasm } = all
    all.WebAssembly = undefined
    try {
      expect(BlockMatcher.of(readFormat('combined'), true)).toBeUndefined()
    } finally {
      all.WebAssembly = wasm
    }
  })
})
