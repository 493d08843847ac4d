/** Forwarded connections over ssh2, with what it lacks: pressure from the link, bounded memory, and an honest end. */
import type { Duplex } from 'node:stream'
import type { Channel, Client } from 'ssh2'
import { gatherWrites } from './gather-writes.ts'
import { reuseReads } from './read-buffer.ts'
import {
  acknowledgeAtOnce,
  decryptsToCopies,
  type ForwardTo,
  openDirect,
  type ReceiveWindow,
  setReceiveWindow,
} from './ssh2-internals.ts'

/** What one of a few streams may send before the first of it was taken: as much as `ssh` allows. */
const firstOfFewBytes = 2 * 1024 * 1024
const fewStreams = 16
/** The same for one of many, as nearly all of them are small. */
const firstOfManyBytes = 256 * 1024
/** For a stream whose reader keeps up: 8 MiB fill 160 MB/s at a round trip of 50 ms. */
const widestWindowBytes = 8 * 1024 * 1024
/** What all streams of a link together may send to readers that do not read, beyond the first windows. */
const budgetBytes = 64 * 1024 * 1024

const acknowledging = new WeakSet<Client>()

/**
 * Opens a stream to an address or a unix socket of the far end. `link` is what the SSH connection runs over: a channel takes
 * what its own window allows, 2 MiB each, however slow the link is; here it waits until the link has taken it.
 */
export async function openForward(
  client: Client,
  link: Duplex,
  to: ForwardTo,
  open: ReadonlySet<Channel>,
): Promise<Channel> {
  gatherWrites(link)
  if (!acknowledging.has(client)) acknowledgeAtOnce(client, link)
  acknowledging.add(client)
  if (decryptsToCopies(client)) reuseReads(link)
  const firstBytes = open.size < fewStreams ? firstOfFewBytes : firstOfManyBytes
  const channel = await openDirect(client, to, firstBytes)
  channel.on('error', () => undefined)
  setReceiveWindow(
    channel,
    growingWindow(firstBytes, () => open.size),
  )
  waitForLink(channel, link)
  return channel
}

/** Doubles while the reader keeps up, within a share of the budget. */
function growingWindow(firstBytes: number, openStreams: () => number): ReceiveWindow {
  let bytes = firstBytes
  return {
    firstBytes,
    next: isKeepingUp => {
      const share = Math.max(
        firstOfManyBytes,
        Math.min(widestWindowBytes, budgetBytes / Math.max(1, openStreams())),
      )
      bytes = Math.min(isKeepingUp ? bytes * 2 : bytes, share)
      return bytes
    },
  }
}

/** Tells a stream that its connection is gone: ssh2 would end it as if all had been said. */
export function loseForward(channel: Channel, reason: string): void {
  const { incoming } = channel as unknown as { readonly incoming: { readonly state: string } }
  if (incoming.state === 'open') channel.emit('error', new Error(reason))
}

/** What may wait on this side of the link. */
const fullBytes = 256 * 1024

type Done = (error?: Error | null) => void

function waitForLink(channel: Channel, link: Duplex): void {
  const write = channel._write.bind(channel)
  channel._write = (chunk: unknown, encoding: BufferEncoding, done: Done) => {
    write(chunk, encoding, error => {
      if (error || link.writableLength < fullBytes || !link.writableNeedDrain) return done(error)
      awaitDrain(link, () => done())
    })
  }
}

const waiting = new WeakMap<Duplex, (() => void)[]>()

/** One listener for all streams of a link: there may be a thousand. */
function awaitDrain(link: Duplex, resume: () => void): void {
  const queue = waiting.get(link)
  if (queue) {
    queue.push(resume)
    return
  }
  const own = [resume]
  waiting.set(link, own)
  link.once('drain', () => {
    waiting.delete(link)
    for (const each of own) each()
  })
}
