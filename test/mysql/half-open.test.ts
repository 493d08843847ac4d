/** A server that goes while somebody logs in, through SSH: the stream ends and stays half open, so that nothing closes it. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openDriver } from '../../src/mysql/driver.ts'
import { sql } from '../../src/mysql/sql.ts'
import { folderWith } from '../cli/run-ops.ts'

const packet = (number: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = number
  return Buffer.concat([head, body])
}
/** MySQL Internals, "Protocol::HandshakeV10": version, number of the connection, salt, capabilities, character set, state. */
const greeting = packet(
  0,
  Buffer.concat([
    Buffer.from('\n5.5.5-10.11.6-MariaDB\0'),
    Buffer.from([7, 0, 0, 0]),
    Buffer.from('12345678\0'),
    Buffer.from([0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21]),
    Buffer.alloc(10),
    Buffer.from('123456789012\0mysql_native_password\0'),
  ]),
)
const welcome = packet(2, Buffer.from([0, 0, 0, 2, 0, 0, 0]))
/** What MariaDB tells whom it sends away: 1927, "Connection was killed". */
const killed = packet(
  0,
  Buffer.concat([Buffer.from([0xff, 0x87, 0x07]), Buffer.from('#70100Connection was killed')]),
)

/** Sends the greeting, and `then` as soon as somebody answers it; then it ends, but does not close. */
function ending(then: readonly Buffer[], before = false): Duplex {
  let isEnded = before
  const stream = new Duplex({
    allowHalfOpen: true,
    autoDestroy: false,
    read() {},
    write(_bytes, _encoding, done) {
      if (!isEnded) {
        isEnded = true
        stream.push(Buffer.concat(then))
        stream.push(null)
      }
      done()
    },
  })
  stream.push(greeting)
  if (before) stream.push(null)
  return stream
}

const login = { user: 'u', password: undefined, isSocket: true, timeoutMs: 60_000 }

test.each([
  ['behind its greeting', () => ending([], true)],
  ['instead of an answer', () => ending([])],
  ['in one breath with its welcome', () => ending([welcome])],
  ['with a reason in one breath with its welcome', () => ending([welcome, killed])],
])('a server that goes %s is lost at once', async (_when, stream) => {
  const first = openDriver({ ...login, stream: stream() }).then(driver => driver.query(sql`SELECT 1`))
  await expect(first).rejects.toThrow(/closed|killed/i)
})

test('a server that closes the connection at once is not said to keep the account out', async () => {
  const folder = folderWith({ 'ops.ini': '', word: 'x\n' })
  const server = createServer(socket => socket.end()).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    folder.remove()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { code, stderr } = await folder.ops(['db', 'sizes', `mysql://me@127.0.0.1:${port}/`])
  expect(stderr).toContain('no login of me: ')
  expect(stderr).toContain('The server stops or starts just now')
  expect(code).toBe(4)
})

test('the reason of a server that sends somebody away comes as the error alone: mysql2 writes nothing of its number to the terminal', async () => {
  const written = vi.spyOn(console, 'error')
  let isWelcome = false
  const stream = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      const answer = bytes.includes('SELECT 1') ? killed : isWelcome ? undefined : welcome
      isWelcome = true
      if (answer) setImmediate(() => stream.push(answer))
      done()
    },
  })
  stream.push(greeting)
  const driver = await openDriver({ ...login, stream })
  // The answer to a statement has the number 1, and these words come from a server that begins anew.
  await expect(driver.query(sql`SELECT 1`)).rejects.toThrow('Connection was killed')
  expect(written).not.toHaveBeenCalled()
})
