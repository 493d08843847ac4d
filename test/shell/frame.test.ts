import { expect, test } from 'vitest'
import { FrameReader } from '../../src/shell/frame.ts'

test('live text arrives in whole characters, wherever the network cuts them', () => {
  let told = ''
  const reader = new FrameReader('n', {
    frame: () => undefined,
    live: kind => kind === 'output',
    text: (_kind, _args, text) => {
      told += text
    },
  })
  const said = 'Grüße, 東京 und 🐘\n'.repeat(20)
  for (const byte of Buffer.from(`\n@n output\n${said}\n@n end\n`)) reader.push(Buffer.from([byte]))
  expect(told).toBe(said)
})

test('a short line is handed over as soon as the host falls silent, and no line end comes twice', () => {
  const told: string[] = []
  const ended: string[] = []
  const reader = new FrameReader('n', {
    header: kind => ended.push(kind),
    frame: () => undefined,
    live: kind => kind === 'output',
    text: (_kind, _args, text) => told.push(text),
  })
  const push = (text: string) => reader.push(Buffer.from(text))
  push('\n@n output\none\n')
  expect(told.join('')).toBe('one')
  reader.settle()
  expect(told.join('')).toBe('one\n')
  push('two')
  expect(told.join('')).toBe('one\ntwo')
  push('\n')
  reader.settle()
  reader.settle()
  push('@n')
  expect(told.join('')).toBe('one\ntwo\n')
  push(' end\n')
  expect([told.join(''), ended]).toEqual(['one\ntwo\n', ['output', 'end']])
})

test('bytes that are no text arrive as they were sent, beside the text', () => {
  const bytes: Buffer[] = []
  let told = ''
  const reader = new FrameReader('n', {
    frame: () => undefined,
    live: kind => kind === 'output',
    bytes: (_kind, _args, part) => bytes.push(part),
    text: (_kind, _args, text) => {
      told += text
    },
  })
  const said = Buffer.from(Array.from({ length: 256 }, (_, value) => value))
  for (const byte of [...Buffer.from('\n@n output\n'), ...said, ...Buffer.from('\n@n end\n')])
    reader.push(Buffer.from([byte]))
  expect(Buffer.concat(bytes)).toEqual(said)
  expect(told).toContain('\ufffd')
})
