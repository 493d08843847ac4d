/** A private socket on which a running tunnel tells how it stands: whoever connects gets one line of JSON. */

import { rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { TunnelFigures } from '../run/tunnel-state.ts'

const patienceMs = 2_000

/** Never throws: without it (a path that is too long for a socket) `status` knows less. */
export async function serveControl(path: string, figures: () => TunnelFigures): Promise<() => Promise<void>> {
  rmSync(path, { force: true })
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.end(`${JSON.stringify(figures())}\n`)
  })
  const isListening = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false))
    server.listen(path, () => resolve(true))
  })
  server.unref()
  return () => new Promise(resolve => (isListening ? server.close(() => resolve()) : resolve()))
}

/** Undefined when nobody answers. */
export function askControl(path: string): Promise<TunnelFigures | undefined> {
  return new Promise(resolve => {
    let text = ''
    const socket = connect(path)
    const patience = setTimeout(() => socket.destroy(), patienceMs)
    socket.setEncoding('utf8')
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      text += chunk
    })
    socket.once('close', () => {
      clearTimeout(patience)
      try {
        resolve(JSON.parse(text) as TunnelFigures)
      } catch {
        resolve(undefined)
      }
    })
  })
}
