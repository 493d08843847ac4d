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
