/** Makes chunks of records, and judges the input when it has ended: whole, or cut. */
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { counted, grouped } from '../../base/counted.ts'
import { OpsError } from '../../base/errors.ts'
import type { Governor } from '../../mysql/governor.ts'
import { insertedBytes, mostBytes, shortBytes } from './chunk-room.ts'
import type { Input } from './input.ts'
import { ChunkBuilder, type LoadChunk } from './load-chunk.ts'
import type { LoadPlan } from './plan.ts'
import type { RecordReader } from './record-reader.ts'
import type { LoadedRows } from './row-loader.ts'

export interface InputChunks {
  /** The next chunk; undefined at the end. One without rows may have bad lines. */
  read(): Promise<LoadChunk | undefined>
  /** The chunk is settled. */
  release(chunk: LoadChunk): void
  /** @throws OpsError where the input is not as it should be at its end. */
  checkEnd(input: Input, loaded: LoadedRows): void
  /** How long it waited for the input. */
  readonly waitedMs: number
}

/** Between so many records others get their turn, so that the server is never left waiting for what is there. */
const recordsAtOnce = 1_000

export function chunksOf(
  { opened, targets, request, method }: LoadPlan,
  reader: RecordReader,
  governor?: Pick<Governor, 'isShared'>,
): InputChunks {
  const { format } = opened
  const builder = new ChunkBuilder(
    targets.targets,
    targets.fields,
    request.nullWord,
    opened.hasNames ? opened.names : undefined,
  )
  let waitedMs = 0
  let isEnded = false
  const more = async (): Promise<boolean> => {
    const begun = performance.now()
    const isThere = await reader.more()
    waitedMs += performance.now() - begun
    return isThere
  }
  return {
    get waitedMs() {
      return waitedMs
    },
    async read() {
      if (isEnded) return undefined
      const bytes = governor?.isShared ? shortBytes : method === 'insert' ? insertedBytes : mostBytes
      for (let records = 1; !builder.isFull(bytes); records++) {
        const record = reader.ready(format)
        if (record) builder.add(record)
        else if (!(await more())) {
          isEnded = true
          break
        }
        if (records % recordsAtOnce === 0) await turn()
      }
      return builder.take()
    },
    release: chunk => builder.release(chunk),
    checkEnd(input, loaded) {
      const rows = loaded.stored + loaded.skipped
      const problem = endProblem(input, reader, opened.name, request.expected, rows)
      if (problem === undefined) return
      throw new OpsError({ code: 'failed', changed: 'no', ...problem })
    },
  }
}

function endProblem(
  input: Input,
  { endsOpen, line }: RecordReader,
  format: LoadPlan['opened']['name'],
  expected: number | undefined,
  rows: number,
): { readonly title: string; readonly next: string } | undefined {
  if (expected !== undefined && rows !== expected) {
    return {
      title: `${input.name} has ${counted(rows, 'row')}, and ${grouped(expected)} are expected: nothing was loaded`,
      next: 'Get the whole of it, or correct --expect.',
    }
  }
  if (input.sizeBytes !== undefined && input.takenBytes !== input.sizeBytes) {
    return {
      title: `${input.name} was changed while it was read (${input.sizeBytes} bytes at first, ${input.takenBytes} read): nothing was loaded`,
      next: 'Run the same command again when nobody writes to it.',
    }
  }
  // A pipe does not tell whether who writes to it died; a file of JSON or gzip says itself where it ends.
  if (endsOpen && !input.isFile && !input.isPacked && format !== 'ndjson' && expected === undefined) {
    return {
      title: `standard input ends in the middle of line ${line - 1}, which has no line feed: nothing was loaded`,
      next: 'The program that writes it may have died. If it is whole, end its last line, or say with --expect how many rows it has.',
    }
  }
  return undefined
}
