/** Presents a session channel of ssh2 as a remote process whose streams always settle. */
import { type Readable, Writable } from 'node:stream'
import type { Channel } from 'ssh2'
import type { Ending, RemoteProcess } from './transport.ts'

/** A process on a channel, and the way to tell it that its connection is gone or its command was refused. */
export interface ChannelProcess {
  readonly process: RemoteProcess
  lose(reason: string): void
}

/** Wraps a channel. Outputs that are not read stop the remote program; the window bounds memory to 2 MiB each. */
export function channelProcess(channel: Channel): ChannelProcess {
  let settle: (ending: Ending) => void = () => undefined
  const ended = new Promise<Ending>(resolve => {
    settle = resolve
  })
  let exit: Ending | undefined
  const stdin = channelInput(channel)
  const lose = (reason: string) => {
    settle({ lost: reason })
    stdin.destroy(new Error(reason))
  }
  channel.on('error', () => undefined)
  channel.stderr.on('error', () => undefined)
  channel.on('exit', (code: number | null, signal?: string) => {
    exit = code === null ? { signal: signal ?? 'unknown signal' } : { code }
  })
  // ssh2 emits `close` after stdout was read to its end; what has come on stderr may still wait to be read.
  channel.on('close', () => {
    settle(exit ?? { lost: 'the channel was closed without an exit status' })
    stdin.destroy(new Error('the remote program has ended'))
  })
  const process: RemoteProcess = {
    stdin,
    stdout: channel,
    stderr: channel.stderr as Readable,
    ended,
    close() {
      channel.end()
      channel.close()
    },
  }
  return { process, lose }
}

/** A channel's own `write` may never call back once the peer is gone: this one does. */
function channelInput(channel: Channel): Writable {
  let pending: ((error?: Error | null) => void) | undefined
  const input = new Writable({
    highWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, done) {
      pending = done
      channel.write(chunk, error => {
        if (pending !== done) return
        pending = undefined
        done(error)
      })
    },
    final(done) {
      channel.end()
      done()
    },
    destroy(error, done) {
      const waiting = pending
      pending = undefined
      waiting?.(error ?? new Error('the remote program has ended'))
      done(error)
    },
  })
  // Whoever writes learns of the end from `ended`; an error nobody listens to would end the process.
  input.on('error', () => undefined)
  return input
}
