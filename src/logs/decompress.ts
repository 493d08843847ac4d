/** Decompresses what rotation has compressed, known by its first bytes and not by its name. */

import { spawn } from 'node:child_process'
import { PassThrough, pipeline } from 'node:stream'
import { childEnvironment } from '../base/child-environment.ts'
import { OpsError } from '../base/errors.ts'
import { gunzipped } from '../base/gunzipped.ts'
import { withPipes } from '../base/with-pipes.ts'

interface Packing {
  readonly magic: Buffer
  readonly program: string
}

const gzipMagic = Buffer.from([0x1f, 0x8b])
/** What Node cannot read by itself: the program of that name does. */
const packings: readonly Packing[] = [
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), program: 'zstd' },
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), program: 'xz' },
  { magic: Buffer.from('BZh'), program: 'bzip2' },
]
const longestMagic = 5

/** The bytes of `source` as they were before compression; leaving the iteration early closes it. Each piece of either is valid until the next is asked for. */
export async function* decompressed(name: string, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]()
  let first: Buffer = Buffer.alloc(0)
  try {
    while (first.length < longestMagic) {
      const { value, done } = await chunks.next()
      if (done) break
      first = Buffer.concat([first, value])
    }
    if (first.length > 0) yield* unpacked(name, first, chunks)
  } catch (error) {
    throw error instanceof OpsError ? error : readFailure(name, error)
  } finally {
    await chunks.return?.()
  }
}

async function* unpacked(name: string, first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  const starts = (magic: Buffer) => first.subarray(0, magic.length).equals(magic)
  const packing = packings.find(each => starts(each.magic))
  if (starts(gzipMagic)) yield* gunzipped(whole(first, rest))
  else if (packing) yield* byProgram(name, packing.program, first, rest)
  else {
    yield first
    yield* following(rest)
  }
}

/** An iteration that can be left and gone on with. */
async function* following(rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (;;) {
    const { value, done } = await rest.next()
    if (done) return
    yield value
  }
}

/** For streams, which keep a piece while they ask for the next. */
async function* whole(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for await (const piece of following(rest)) yield Buffer.from(piece)
}

async function* byProgram(
  name: string,
  program: string,
  first: Buffer,
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  const child = withPipes(
    spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'], env: childEnvironment() }),
    program,
  )
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const ended = new Promise<string | undefined>(resolve => {
    child.once('error', error =>
      resolve(`the program ${program}, which it needs, cannot be run: ${error.message}`),
    )
    child.once('close', code => {
      resolve(
        code === 0 ? undefined : Buffer.concat(errors).toString().trim() || `${program} ended with ${code}`,
      )
    })
  })
  const out = new PassThrough()
  pipeline(whole(first, rest), child.stdin, () => {})
  pipeline(child.stdout, out, () => {})
  try {
    yield* out as AsyncIterable<Buffer>
    const problem = await ended
    if (problem !== undefined) throw readFailure(name, new Error(problem))
  } finally {
    child.kill()
  }
}

function readFailure(name: string, error: unknown): OpsError {
  const said = error instanceof Error ? error.message : String(error)
  return new OpsError({
    code: 'failed',
    title: `${name} could not be read to its end: ${said}`,
    next: 'Bring it here whole, or leave it out.',
  })
}
