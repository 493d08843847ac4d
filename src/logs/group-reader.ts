/** Reads the files of a group one after the other, and lets its first lines be looked at before. */
import type { LogGroup, LogSource } from './source.ts'

export type Read =
  | { readonly source: LogSource; readonly chunk: Buffer }
  /** The end of a file: what was left of its last line is a line. */
  | { readonly source: LogSource; readonly chunk: undefined }

const sampleBytes = 64 << 10
const sampleLines = 50
/** A file is the same one after rotation when it begins with the same bytes. */
export const knownByBytes = 512

export class GroupReader {
  readonly group: LogGroup
  readonly #reads: AsyncGenerator<Read>
  /** Read for the sample, and not yet handed on. */
  readonly #early: Read[] = []

  constructor(group: LogGroup) {
    this.group = group
    this.#reads = readsOf(group)
  }

  /** Some whole lines from the beginning; none where there are none. */
  async sample(): Promise<readonly Buffer[]> {
    const chunks: Buffer[] = []
    let length = 0
    while (length < sampleBytes) {
      const { value, done } = await this.#reads.next()
      if (done) break
      const chunk = value.chunk && Buffer.from(value.chunk)
      this.#early.push({ ...value, chunk } as Read)
      // Lines of the next file are no help: one may be an error log.
      if (chunk === undefined && length > 0) break
      if (chunk === undefined) continue
      chunks.push(chunk)
      length += chunk.length
      if (chunk.includes(0x0a)) break
    }
    return linesOf(Buffer.concat(chunks)).slice(0, sampleLines)
  }

  async *reads(): AsyncGenerator<Read> {
    try {
      for (let read = this.#early.shift(); read; read = this.#early.shift()) yield read
      yield* this.#reads
    } finally {
      await this.#reads.return(undefined)
    }
  }

  /** Also while somebody waits for more: that fails then. */
  async close(): Promise<void> {
    for (const source of this.group.sources) source.close()
    await this.#reads.return(undefined)
  }
}

async function* readsOf({ sources }: LogGroup): AsyncGenerator<Read> {
  for (const source of sources) {
    yield* withWholeBeginning(source)
    yield { source, chunk: undefined }
  }
}

/** The first chunk holds the first line, or as much of it as a file is known by. */
async function* withWholeBeginning(source: LogSource): AsyncGenerator<Read> {
  let beginning: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of source.open()) {
    if (beginning === undefined) yield { source, chunk }
    else {
      beginning = Buffer.concat([beginning, chunk])
      if (beginning.length < knownByBytes && !beginning.includes(0x0a)) continue
      yield { source, chunk: beginning }
      beginning = undefined
    }
  }
  if (beginning !== undefined && beginning.length > 0) yield { source, chunk: beginning }
}

function linesOf(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = []
  let from = 0
  for (;;) {
    const end = bytes.indexOf(0x0a, from)
    if (end < 0) break
    lines.push(bytes.subarray(from, bytes[end - 1] === 0x0d ? end - 1 : end))
    from = end + 1
  }
  if (lines.length === 0 && bytes.length > 0) lines.push(bytes)
  return lines
}
