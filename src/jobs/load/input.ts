/** What is loaded: a file or standard input, unpacked where it is gzip, piece by piece. What is packed in another way is told as that. */
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
  // A few bytes tell what it is; a pipe may hand them out one by one.
  let first: Buffer = Buffer.alloc(0)
  try {
    while (mayBePacked(first)) {
      const piece = await next()
      if (!piece) break
      first = Buffer.concat([first, piece])
    }
  } catch (thrown) {
    throw inputError(`cannot read ${name}: ${errorDataOf(thrown).title}`, {
      ...(file !== undefined && {
        detail: `it is looked for as ${resolve(file)}, on the machine that runs the job (${hostname()})`,
      }),
      next: 'Nothing was loaded. Name a file that can be read.',
    })
  }
  const packer = packers.find(each => startsWith(first, each.begins))
  if (packer) throw packed(packer, file)
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

interface Packer {
  readonly name: string
  /** Of the first bytes. */
  readonly begins: readonly number[]
  /** The program that writes it unpacked to its output; undefined: it may hold several files. */
  readonly unpack: string | undefined
}

/** As file(1) tells them apart. Behind the four letters of bzip2, which text may begin with as well, stands the number pi. */
const packers: readonly Packer[] = [
  { name: 'zstd', begins: [0x28, 0xb5, 0x2f, 0xfd], unpack: 'zstd -dc' },
  { name: 'xz', begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], unpack: 'xz -dc' },
  ...[...'123456789'].map(level => ({
    name: 'bzip2',
    begins: [...Buffer.from(`BZh${level}`), 0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
    unpack: 'bzip2 -dc',
  })),
  { name: 'lz4', begins: [0x04, 0x22, 0x4d, 0x18], unpack: 'lz4 -dc' },
  { name: 'zip', begins: [0x50, 0x4b, 0x03, 0x04], unpack: undefined },
]
const shortest = 4

/** It begins as something packed does, and is too short to tell. */
function mayBePacked(first: Buffer): boolean {
  return (
    first.length < shortest ||
    packers.some(
      ({ begins }) => first.length < begins.length && startsWith(first, begins.slice(0, first.length)),
    )
  )
}

function startsWith(first: Buffer, begins: readonly number[]): boolean {
  return begins.length <= first.length && begins.every((byte, index) => first[index] === byte)
}

function packed({ name, unpack }: Packer, file: string | undefined): OpsError {
  // Only where it is one word of a shell.
  const words = file === undefined ? unpack : `${unpack} ${/^[\w./-]+$/.test(file) ? file : 'FILE'}`
  return inputError(`${file ?? 'standard input'} is packed with ${name}, which a load does not unpack`, {
    next:
      unpack === undefined
        ? 'Unpack it first. A sheet of a spreadsheet program (.xlsx, .ods) has to be saved as CSV.'
        : `Unpack it on the way: ${words} | ops db load SOURCE DB.TABLE - --yes`,
  })
}

function sizeOf(file: string): number | undefined {
  try {
    const found = statSync(file)
    return found.isFile() ? found.size : undefined
  } catch {
    return undefined
  }
}
