/** Where the bytes of logs come from: files here, standard input, files of a host. */
import { createReadStream, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { inputError } from '../base/errors.ts'
import { fileProblem } from '../base/file-problem.ts'
import { decompressed } from './decompress.ts'
import { fileBytes } from './file-bytes.ts'

/** One file of log lines, the oldest first; opened when its turn has come. */
export interface LogSource {
  /** As messages call it. */
  readonly name: string
  /**
   * The bytes of the lines, decompressed; each piece is valid until the next is asked for. A failure ends the iteration with
   * an OpsError; leaving it closes the source.
   */
  open(): AsyncIterable<Buffer>
  /** Ends an iteration that waits for bytes: it fails then. */
  close(): void
}

/** Files that follow each other: those of one host, or all of this machine. */
export interface LogGroup {
  /** The cells of the column `host`. */
  readonly host: string
  readonly sources: readonly LogSource[]
}

const readAtOnce = 256 << 10

/** @throws OpsError `input` for a folder and for what is not there or may not be read. */
export function localFile(path: string): LogSource {
  const problem = fileProblem(path)
  if (problem !== undefined)
    throw inputError(`${path}: ${problem}`, {
      next: 'Name a file that is there and may be read; a file of a host is HOST:PATH.',
    })
  const stat = statSync(path)
  if (stat.isDirectory()) throw inputError(`${path} is a folder`, { next: `Name its files: ${path}/*` })
  let isClosed = false
  if (stat.isFile()) {
    return {
      name: path,
      open: () =>
        decompressed(
          path,
          fileBytes(path, () => isClosed),
        ),
      close: () => {
        isClosed = true
      },
    }
  }
  let stream: Readable | undefined
  return {
    name: path,
    open: () => {
      stream = createReadStream(path, { highWaterMark: readAtOnce })
      return decompressed(path, stream)
    },
    close: () => stream?.destroy(),
  }
}

export function standardInput(stdin: Readable): LogSource {
  const name = 'standard input'
  return { name, open: () => decompressed(name, stdin), close: () => stdin.destroy() }
}
