/** What is loaded: a file or standard input, unpacked where it is gzip, piece by piece. */
import { createReadStream, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { errorDataOf, inputError, OpsError } from '../../base/errors.ts'
import { gunzipped } from '../../base/gunzipped.ts'

export interface Input {
  /** For people: the file's name, or `standard input`. */
  readonly name: string
  readonly isFile: boolean
  /** As stored; undefined: not known before its end. */
  readonly sizeBytes: number | undefined
  readonly isPacked: boolean
  /** So many bytes of it, as stored, were taken so far. */
  readonly takenBytes: number
  /** Hands it out once. An input that breaks off ends with an error, never as if it were whole. */
  pieces(): AsyncGenerator<Buffer>
  close(): void
}

const pieceBytes = 256 * 1024

/** `file` undefined: what comes from `standard`. @throws OpsError `input` where it cannot be read or is empty. */
export async function openInput(file: string | undefined, standard: Readable): Promise<Input> {
  const name = file ?? 'standard input'
  const stream = file === undefined ? standard : createReadStream(file, { highWaterMark: pieceBytes })
  const sizeBytes = file === undefined ? undefined : sizeOf(file)
  const iterator = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  let takenBytes = 0
  const next = async (): Promise<Buffer | undefined> => {
    const { done, value } = await iterator.next()
    if (done) return undefined
    takenBytes += (value as Buffer).length
    return value as Buffer
  }
  // Two bytes tell what it is; a pipe may hand them out one by one.
  const head: Buffer[] = []
  try {
    while (head.reduce((sum, each) => sum + each.length, 0) < 4) {
      const piece = await next()
      if (!piece) break
      head.push(piece)
    }
  } catch (thrown) {
    throw inputError(`cannot read ${name}: ${errorDataOf(thrown).title}`, {
      ...(file !== undefined && {
        detail: `it is looked for as ${resolve(file)}, on the machine that runs the job (${hostname()})`,
      }),
      next: 'Nothing was loaded. Name a file that can be read.',
    })
  }
  const first = Buffer.concat(head)
  const isPacked = first[0] === 0x1f && first[1] === 0x8b
  async function* stored(): AsyncGenerator<Buffer> {
    if (first.length > 0) yield first
    for (let piece = await next(); piece; piece = await next()) yield piece
  }
  return {
    name,
    isFile: file !== undefined,
    sizeBytes,
    isPacked,
    get takenBytes() {
      return takenBytes
    },
    async *pieces() {
      try {
        yield* isPacked ? gunzipped(stored()) : stored()
      } catch (thrown) {
        if (thrown instanceof OpsError) throw thrown
        throw new OpsError(
          {
            code: 'failed',
            title: `${name} broke off: ${errorDataOf(thrown).title}`,
            changed: 'no',
            next: 'Get the whole of it, then run the same command again.',
          },
          { cause: thrown },
        )
      }
    },
    close: () => stream.destroy(),
  }
}

function sizeOf(file: string): number | undefined {
  try {
    const found = statSync(file)
    return found.isFile() ? found.size : undefined
  } catch {
    return undefined
  }
}
