/** TCP servers that stand at the far end of a tunnel in the tests. */
import { createServer, type Server, type Socket } from 'node:net'

export interface FarServer {
  readonly port: number
  readonly sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

/** Serves each connection with `serve`; half-open connections are kept. */
export async function farServer(serve: (socket: Socket) => void): Promise<FarServer> {
  const sockets = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    serve(socket)
  })
  await new Promise<void>(resolve => server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 }, resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    sockets,
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** Sends back what comes, and ends when the other side has ended. */
export const echo = (socket: Socket): void => {
  socket.pipe(socket)
}
