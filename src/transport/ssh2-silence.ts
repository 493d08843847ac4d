/** Notices over ssh2 that the peer has fallen silent: it is asked for a sign of life, and cut off where none comes. */
import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { ping } from './ssh2-internals.ts'

/** A peer that leaves three questions unanswered is dead: noticed after 18 seconds at the latest. */
const silenceTickMs = 4_500
const silentTicksAllowed = 3

/** Counts ticks without a single byte from the peer; any byte is a sign of life, so slow links are not cut. */
export function watchSilence(client: Client, socket: Duplex, onDead: () => void): NodeJS.Timeout {
  let silentTicks = 0
  socket.on('data', () => {
    silentTicks = 0
  })
  return setInterval(() => {
    if (silentTicks >= silentTicksAllowed) return onDead()
    silentTicks++
    ping(client)
  }, silenceTickMs).unref()
}
