import { describe, expect, test } from 'vitest'
import { RowLines } from '../../../src/jobs/rows/row-lines.ts'
import { hashedLines, rowMachine } from '../../../src/jobs/rows/row-machine.ts'
import { encodeRows } from '../../../src/jobs/rows/tsv.ts'
import { PacketRows } from '../../../src/mysql/packet-rows.ts'
import { RowsHasher } from '../../../src/mysql/row-hash.ts'
import { rowOf } from '../../../src/mysql/wire-row.ts'

const machine = rowMachine(1e6)

/** The same at each call. */
function numbers(seed: number): (below: number) => number {
  let last = seed
  return below => {
    last = (Math.imul(last, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (last >> 8) % below
  }
}

const special = [0, 9, 10, 92, 0x4e, 0x6e, 0x74, 0x30, 0xfb, 0xff, 65]

function cellsOfLength(next: (below: number) => number, most: number): (Buffer | null)[] {
  return Array.from({ length: 1 + next(9) }, () => {
    if (next(6) === 0) return null
    const length = next(4) === 0 ? next(most) : next(40)
    const isHostile = next(3) === 0
    const byte = () => (isHostile && next(2) === 0 ? (special[next(special.length)] ?? 0) : 32 + next(90))
    return Buffer.from(Array.from({ length }, byte))
  })
}

function packetsOf(rows: readonly Buffer[]): Buffer {
  return Buffer.concat(
    rows.flatMap((row, index) => {
      const head = Buffer.alloc(4)
      head.writeUIntLE(row.length, 0, 3)
      head[3] = index & 255
      return [head, row]
    }),
  )
}

function byHand(rows: readonly Buffer[]): { readonly text: Buffer; readonly hasher: RowsHasher } {
  const lines = new RowLines()
  const hasher = new RowsHasher()
  for (const row of rows) {
    lines.add(row)
    hasher.add(row)
  }
  return { text: lines.take(), hasher }
}

describe.skipIf(!machine)('many rows in one call', () => {
  test('thousands of rows of every kind become the lines and the hash that they become one by one', () => {
    if (!machine) return
    for (let seed = 1; seed <= 60; seed++) {
      const next = numbers(seed)
      const rows = Array.from({ length: 1 + next(120) }, () =>
        rowOf(cellsOfLength(next, seed % 3 ? 60 : 400)),
      )
      const packets = packetsOf(rows)
      const lines = new RowLines(16)
      const hasher = new RowsHasher()
      let from = 0
      for (let row = 0; from < packets.length; ) {
        const done = machine.packets(packets, from, 1e6, 1e9, lines, hasher)
        row += done.rows
        if (done.last) expect(packets.subarray(done.last.from, done.last.to)).toEqual(rows[row - 1])
        from = done.to
        if (done.stop === 'done') break
        const other = rows[row++] as Buffer
        expect(other.length > 1015 || (other[0] ?? 0) > 0xfb || other.indexOf(0xfd) >= 0).toBe(true)
        lines.add(other)
        hasher.add(other)
        from += 4 + other.length
      }
      expect(from).toBe(packets.length)
      const expected = byHand(rows)
      const text = lines.take()
      expect(text.equals(expected.text)).toBe(true)
      expect(hasher.digest()).toEqual(expected.hasher.digest())
    }
  })

  test('lines become the hash of their rows; one that is no row is left to whoever reads lines one by one', () => {
    if (!machine) return
    for (let seed = 1; seed <= 60; seed++) {
      const next = numbers(1000 + seed)
      const rows = Array.from({ length: 1 + next(120) }, () =>
        rowOf(cellsOfLength(next, seed % 3 ? 60 : 400)),
      )
      const { text, hasher: expected } = byHand(rows)
      const hasher = new RowsHasher()
      const { line, many } = hashedLines(hasher, 1e6)
      let oneByOne = 0
      for (let from = 0; from < text.length; ) {
        const to = many?.(text, from, text.length) ?? from
        if (to === from) {
          const end = text.indexOf(10, from)
          line(text, from, end)
          from = end + 1
          oneByOne += 1
        } else from = to
      }
      expect(hasher.digest()).toEqual(expected.digest())
      expect(oneByOne).toBeLessThan(rows.length)
    }
    for (const bad of ['a\\', 'a\\x\t1', '\\N1\t2', '\\N\\N', 'a\\N'])
      expect(machine.lines(Buffer.from(`1\t2\n${bad}\n3\t4\n`), 0, bad.length + 9, new RowsHasher())).toBe(4)
  })

  test('rows that are nearly nothing but NULL grow to three times their bytes, one by one and by the hundred', () => {
    if (!machine) return
    for (const cells of [1, 3, 40, 100, 250]) {
      const row = rowOf([Buffer.from('7'), ...Array.from({ length: cells }, () => null)])
      const many = Math.ceil((256 * 1024) / (row.length + 4))
      const packets = packetsOf(Array.from({ length: many }, () => row))
      const expected = Buffer.from(`7${'\t\\N'.repeat(cells)}\n`.repeat(many))
      const lines = new RowLines(16)
      const hasher = new RowsHasher()
      for (let from = 0; from < packets.length; )
        from = machine.packets(packets, from, 1e6, 1e9, lines, hasher).to
      expect(lines.take().equals(expected)).toBe(true)
      const alone = new RowLines(16)
      const hash = new RowsHasher()
      for (let index = 0; index < many; index++) {
        alone.add(row)
        hash.add(row)
      }
      expect(alone.take().equals(expected)).toBe(true)
      expect(hasher.digest()).toEqual(hash.digest())
      expect(encodeRows([row, row]).equals(expected.subarray(0, (2 * expected.length) / many))).toBe(true)
    }
  })

  test('so many rows and bytes as are allowed are taken, and no more', () => {
    if (!machine) return
    const row = rowOf([Buffer.from('12345')])
    const packets = packetsOf(Array.from({ length: 10 }, () => row))
    const take = (most: number, mostBytes: number) =>
      machine.packets(packets, 0, most, mostBytes, new RowLines(), new RowsHasher())
    expect(take(10, 1e9)).toMatchObject({ rows: 10, stop: 'done', to: 100 })
    expect(take(3, 1e9)).toMatchObject({ rows: 3, stop: 'enough', to: 30, last: { from: 24, to: 30 } })
    expect(take(0, 1e9)).toMatchObject({ rows: 0, stop: 'enough', to: 0, last: undefined })
    expect(take(10, 35)).toMatchObject({ rows: 4, stop: 'enough', to: 40 })
  })
})

test('the bytes of a result are the same rows wherever they are cut, with and without help, up to what ends them', () => {
  const next = numbers(7)
  const rows = Array.from({ length: 200 }, () => rowOf(cellsOfLength(next, 400)))
  const eof = Buffer.from([5, 0, 0, 9, 0xfe, 0, 0, 2, 0])
  const bytes = Buffer.concat([packetsOf(rows), eof, Buffer.from('what follows')])
  const expected = byHand(rows)
  for (const size of [1, 3, 4, 5, 64, 1000, 8192, bytes.length]) {
    for (const helper of new Set([machine, undefined])) {
      const lines = new RowLines()
      const hasher = new RowsHasher()
      const packets = new PacketRows({
        onRow: row => {
          lines.add(row)
          hasher.add(row)
        },
        onMany: (piece, from) => helper?.packets(piece, from, 1e6, 1e9, lines, hasher).to ?? from,
      })
      let ending: Buffer | undefined
      let at = 0
      for (; !ending; at += size) ending = packets.push(bytes.subarray(at, at + size))
      expect(Buffer.concat([ending, bytes.subarray(at)])).toEqual(bytes.subarray(bytes.indexOf(eof)))
      expect(lines.take().equals(expected.text)).toBe(true)
      expect(hasher.digest()).toEqual(expected.hasher.digest())
    }
  }
})

test('a row that takes several packets is one row, and an error ends the rows', () => {
  const long = Buffer.alloc(0xff_ffff + 100, 'x')
  const head = (size: number, number: number) =>
    Buffer.from([size & 255, (size >> 8) & 255, size >> 16, number])
  const error = Buffer.concat([head(3, 7), Buffer.from([0xff, 1, 2])])
  const bytes = Buffer.concat([
    head(0xff_ffff, 1),
    long.subarray(0, 0xff_ffff),
    head(100, 2),
    long.subarray(0xff_ffff),
    packetsOf([rowOf([Buffer.from('next')])]),
    error,
  ])
  const rows: Buffer[] = []
  const packets = new PacketRows({ onRow: row => void rows.push(row), onMany: (_, from) => from })
  let ending: Buffer | undefined
  for (let at = 0; at < bytes.length && !ending; at += 1 << 20)
    ending = packets.push(bytes.subarray(at, at + (1 << 20)))
  expect(rows.map(row => row.length)).toEqual([long.length, 5])
  expect(rows[0]?.equals(long)).toBe(true)
  expect(ending).toEqual(error)
})
