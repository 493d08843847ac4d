/** A SOCKS client of the tests' own: says exactly the bytes that it is told to say. */
import { connect, type Socket } from 'node:net'

/** Opens a TCP connection to the proxy. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return socket
}

/** Reads exactly `count` bytes, or what there was when the connection ended. */
export function read(socket: Socket, count: number): Promise<Buffer> {
  return new Promise(resolve => {
    let seen = Buffer.alloc(0)
    const finish = (): void => {
      socket.off('data', onData)
      socket.off('end', finish)
      socket.off('close', finish)
      socket.pause()
      if (seen.length > count) socket.unshift(seen.subarray(count))
      resolve(seen.subarray(0, count))
    }
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk])
      if (seen.length >= count) finish()
    }
    socket.on('data', onData)
    socket.once('end', finish)
    socket.once('close', finish)
    socket.resume()
  })
}

/** The bytes that ask SOCKS 5 for a name and a port. */
export function connectRequest(host: string, port: number): Buffer {
  const name = Buffer.from(host)
  return Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 255])])
}

/** Connects through the proxy; the answer's second byte is 0 when that worked. */
export async function throughProxy(
  proxyPort: number,
  host: string,
  port: number,
): Promise<{ readonly socket: Socket; readonly code: number | undefined }> {
  const socket = await dial(proxyPort)
  socket.write(Buffer.from([5, 1, 0]))
  await read(socket, 2)
  socket.write(connectRequest(host, port))
  const answer = await read(socket, 10)
  return { socket, code: answer[1] }
}

/** Everything until the end; rejects when the connection was reset instead of ended. */
export function readAll(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) reject(new Error('closed without an end'))
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    socket.once('end', () => resolve(Buffer.concat(chunks)))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed without an end')))
    socket.resume()
  })
}
