/** The stream of one `ssh -W`: its far end may end first, which is an end and no break. */
import { Duplex } from 'node:stream'
import type { RemoteProcess } from './transport.ts'

/**
 * Reads what the program says until it ends, and hands on what is written. `ssh -W` goes when the far end has ended: what is
 * written after that is dropped, as whoever reads has heard of the end; an error would cost them what they have not read yet.
 */
export function forwardStream(
  { stdin, stdout, close }: RemoteProcess,
  endedWell: () => Promise<boolean>,
): Duplex {
  let isGone = false
  const stream = new Duplex({
    allowHalfOpen: true,
    read: () => void stdout.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      if (isGone) return done()
      // Whether it broke is known at the end of its output.
      stdin.write(chunk, () => done())
    },
    final: done => {
      if (!isGone) stdin.end()
      done()
    },
    destroy: (error, done) => {
      close()
      done(error)
    },
  })
  stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) stdout.pause()
  })
  // `ssh -W` ends with 0 whatever ended it: what comes of a broken connection must not be taken for all that there was.
  stdout.once('end', async () => {
    if (await endedWell()) stream.push(null)
    else stream.destroy(new Error('the connection broke'))
  })
  stdin.once('close', () => {
    isGone = true
  })
  return stream
}
