import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type FaultProxy, type ProxyOptions, startProxy } from './instruments/proxy.ts'

/** A server that sends back all it gets, behind a proxy. */
async function proxiedEcho(options: Omit<ProxyOptions, 'port'> = {}): Promise<FaultProxy> {
  const server = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  const proxy = await startProxy({ ...options, port: address.port })
  onTestFinished(async () => {
    await proxy.close()
    server.close()
  })
  return proxy
}

async function connected(proxy: FaultProxy): Promise<Socket> {
  const socket = dial({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  await once(socket, 'connect')
  onTestFinished(() => {
    socket.destroy()
  })
  return socket
}

/** All that comes in until the end, and how it ended. */
async function drained(socket: Socket): Promise<{ readonly bytes: Buffer; readonly ending: string }> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ending = await new Promise<string>(resolve => {
    socket.once('end', () => resolve('end'))
    socket.once('error', error => resolve('code' in error ? String(error.code) : error.message))
  })
  return { bytes: Buffer.concat(chunks), ending }
}

const pattern = (sizeBytes: number): Buffer =>
  Buffer.from(Array.from({ length: sizeBytes }, (_, i) => i % 251))

test('hands on every byte in order, and the end after them, both ways', async () => {
  const proxy = await proxiedEcho({ delayMs: 5 })
  const socket = await connected(proxy)
  const sent = pattern(3_000_000)
  socket.end(sent)
  const { bytes, ending } = await drained(socket)
  expect(ending).toBe('end')
  expect(bytes.equals(sent)).toBe(true)
  expect([proxy.passed('toServer'), proxy.passed('toClient')]).toEqual([sent.length, sent.length])
})

test('takes at least the delay each way', async () => {
  const proxy = await proxiedEcho({ delayMs: 25 })
  const socket = await connected(proxy)
  socket.write('warm')
  await once(socket, 'data')
  const before = performance.now()
  socket.write('x')
  await once(socket, 'data')
  expect(performance.now() - before).toBeGreaterThan(48)
})

test.each(['toServer', 'toClient'] as const)(
  'cuts in order after exactly the bytes asked for %s',
  async direction => {
    const proxy = await proxiedEcho()
    proxy.arm({ direction, atByte: 12_345, fault: 'cut' })
    const socket = await connected(proxy)
    socket.write(pattern(100_000))
    const { bytes, ending } = await drained(socket)
    expect(ending).toBe('end')
    expect(proxy.passed(direction)).toBe(12_345)
    if (direction === 'toClient') expect(bytes.equals(pattern(12_345))).toBe(true)
  },
)

test('cuts before the first byte', async () => {
  const proxy = await proxiedEcho()
  proxy.arm({ direction: 'toServer', atByte: 0, fault: 'cut' })
  const socket = await connected(proxy)
  socket.write('never seen')
  expect(await drained(socket)).toEqual({ bytes: Buffer.alloc(0), ending: 'end' })
  expect(proxy.passed('toServer')).toBe(0)
})

test('resets before a chunk that a predicate names', async () => {
  const proxy = await proxiedEcho()
  proxy.arm({
    fault: 'reset',
    when: ({ direction, chunk }) => direction === 'toClient' && chunk.includes('now'),
  })
  const socket = await connected(proxy)
  socket.write('not yet')
  await once(socket, 'data')
  socket.write('now')
  expect(await drained(socket)).toEqual({ bytes: Buffer.alloc(0), ending: 'ECONNRESET' })
})

test('carries nothing while stalled, and everything after', async () => {
  const proxy = await proxiedEcho()
  const socket = await connected(proxy)
  socket.write('one')
  await once(socket, 'data')
  const other = await connected(proxy)
  const [first] = proxy.connections
  first?.inject('stall')
  socket.write('two')
  // The other connection makes the trip meanwhile: what is stalled had its time.
  other.write('other')
  await once(other, 'data')
  expect(proxy.passed('toServer')).toBe('one'.length + 'other'.length)
  proxy.inject('resume')
  const [bytes] = await once(socket, 'data')
  expect(String(bytes)).toBe('two')
})

test('goes on slowly from the byte asked for', async () => {
  const proxy = await proxiedEcho()
  proxy.arm({ direction: 'toServer', atByte: 1000, fault: { bytesPerSecond: 100_000 } })
  const socket = await connected(proxy)
  const before = performance.now()
  socket.end(pattern(21_000))
  expect((await drained(socket)).bytes.equals(pattern(21_000))).toBe(true)
  expect(performance.now() - before).toBeGreaterThan(190)
})

test('resets the client where nobody listens', async () => {
  const proxy = await startProxy({ port: 1 })
  onTestFinished(() => proxy.close())
  const socket = await connected(proxy)
  expect((await drained(socket)).ending).toBe('ECONNRESET')
})

test('leaves no connection behind when it is closed', async () => {
  const proxy = await proxiedEcho({ delayMs: 1000 })
  const sockets = await Promise.all(Array.from({ length: 50 }, () => connected(proxy)))
  await expect.poll(() => proxy.accepted).toBe(50)
  const ends = sockets.map(socket => drained(socket))
  await proxy.close()
  await Promise.all(ends)
  await expect.poll(() => proxy.connections.size).toBe(0)
})
