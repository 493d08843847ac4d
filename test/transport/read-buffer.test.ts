import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { dial } from '../../src/transport/dial.ts'
import { reuseReads } from '../../src/transport/read-buffer.ts'

let server: Server | undefined
afterEach(() => void server?.close())

/** A connection to a server that does so with each that it gets. */
async function connected(serve: (socket: Socket) => void): Promise<Socket> {
  const listening = createServer(serve)
  server = listening
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as { port: number }
  return dial({ hostname: '127.0.0.1', port }, 'web1', 5_000)
}

test('what a server says before anybody listens is not lost, and neither is its end', async () => {
  let hasSaid: () => void = () => undefined
  const said = new Promise<void>(resolve => {
    hasSaid = resolve
  })
  const socket = await connected(peer => peer.end('SSH-2.0-early\r\n', hasSaid))
  await said
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  socket.resume()
  await once(socket, 'end')
  expect(text).toBe('SSH-2.0-early\r\n')
})

test.each([
  ['may be kept', false],
  ['are read anew into the same memory once nobody keeps them', true],
])('chunks %s', async (_what, isReused) => {
  const sent = randomBytes(3_000_000)
  const socket = await connected(peer => peer.end(sent))
  if (isReused) reuseReads(socket)
  const kept: Buffer[] = []
  const copies: Buffer[] = []
  socket.on('data', (chunk: Buffer) => {
    kept.push(chunk)
    copies.push(Buffer.from(chunk))
  })
  socket.resume()
  await once(socket, 'end')
  expect(Buffer.concat(copies).equals(sent)).toBe(true)
  expect(Buffer.concat(kept).equals(sent)).toBe(!isReused)
})
