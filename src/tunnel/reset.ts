/** Ends a TCP connection with a reset: the other side must not take what it has for all there is. */
import type { Socket } from 'node:net'

/**
 * Node's own `resetAndDestroy` sends an orderly end first, and what reads it takes that for the end of the data. The
 * mark is the one that it sets itself (lib/net.js of Node 18.3 and later); where it is unknown the socket is destroyed.
 */
export function reset(socket: Socket): void {
  if (socket.destroyed) return
  const marked = socket as Socket & { resetAndClosing: boolean }
  marked.resetAndClosing = true
  socket.destroy()
}
