/**
 * The one loop of every data job: read a chunk, then write, prove and settle it, and only then call it done. The next chunk
 * is read meanwhile; nothing else runs ahead.
 */
import { performance } from 'node:perf_hooks'
import { firstErrorOf, InputErrors, OpsError } from '../base/errors.ts'
import { releaseBuffers } from '../base/release-buffers.ts'
import type { Governor } from '../mysql/governor.ts'
import type { Emit } from '../run/events.ts'
import type { Interrupt } from '../run/interrupt.ts'

/** What the loop needs to know of a chunk. */
export interface ReadChunk {
  readonly rows: { readonly length: number }
  readonly bytes: number
}

export interface ChunkedJob<Chunk extends ReadChunk> {
  readonly source: string
  /** As `archive app.events`. */
  readonly title: string
  /** How many rows there are to do, where that is known. */
  readonly ofRows?: number
  /** The next chunk; undefined at the end. */
  read(): Promise<Chunk | undefined>
  /** Writes and proves it, and does what may be done after that alone. Resolves when a kill could lose nothing of it. */
  settle(chunk: Chunk): Promise<void>
}

export interface JobSurroundings {
  readonly emit: Emit
  readonly interrupt: Interrupt
  /** Undefined: nothing is held back. */
  readonly governor?: Governor
}

/** How far a loop came. */
export interface ChunksDone {
  readonly rows: number
  readonly bytes: number
  readonly chunks: number
  readonly milliseconds: number
  readonly isInterrupted: boolean
}

/** Runs a job to its end, or to where the operator stops it: after the chunk that is under way. */
export async function runChunks<Chunk extends ReadChunk>(
  job: ChunkedJob<Chunk>,
  surroundings: JobSurroundings,
): Promise<ChunksDone> {
  const { governor, interrupt } = surroundings
  const begun = performance.now()
  const tell = progressTeller(job, surroundings.emit, begun)
  let rows = 0
  let bytes = 0
  let chunks = 0
  const isStopped = (): boolean => interrupt.level !== 'none'
  const stop = new AbortController()
  const unlisten = interrupt.listen(() => stop.abort())
  const next = async (): Promise<Chunk | undefined> => {
    await governor?.wait(held => tell({ rows, bytes, chunks, held }), stop.signal)
    return isStopped() ? undefined : job.read()
  }
  try {
    let ahead = next()
    for (;;) {
      const chunk = await ahead
      if (!chunk) break
      ahead = next()
      // Its failure is told where it is awaited; until then it is nobody's.
      ahead.catch(() => undefined)
      if (chunk.rows.length > 0) {
        await job.settle(chunk)
        chunks += 1
        releaseBuffers()
      }
      rows += chunk.rows.length
      bytes += chunk.bytes
      tell({ rows, bytes, chunks })
      if (isStopped()) break
    }
    await ahead.catch(thrown => {
      if (!isStopped()) throw thrown
    })
  } finally {
    unlisten()
  }
  return { rows, bytes, chunks, milliseconds: performance.now() - begun, isInterrupted: isStopped() }
}

interface SoFar {
  readonly rows: number
  readonly bytes: number
  readonly chunks: number
  readonly held?: string
}

const tellEveryMs = 500

/** Tells at most twice a second, and at once what holds the job up. */
function progressTeller(
  { source, title, ofRows }: Pick<ChunkedJob<ReadChunk>, 'source' | 'title' | 'ofRows'>,
  emit: Emit,
  begun: number,
): (soFar: SoFar) => void {
  let last = Number.NEGATIVE_INFINITY
  return soFar => {
    const now = performance.now()
    if (soFar.held === undefined && now - last < tellEveryMs) return
    last = now
    const seconds = Math.max(0.001, (now - begun) / 1000)
    const rowsPerSecond = Math.round(soFar.rows / seconds)
    const left =
      ofRows !== undefined && rowsPerSecond > 0 ? Math.max(0, ofRows - soFar.rows) / rowsPerSecond : undefined
    emit({
      event: 'progress',
      source,
      title,
      ...soFar,
      ...(ofRows !== undefined && { ofRows }),
      rowsPerSecond,
      ...(left !== undefined && { secondsLeft: Math.round(left) }),
    })
  }
}

/** What a job ends with that failed after a part of its work: its last step tells only of itself, and changed nothing maybe. */
export function partlyDone(thrown: unknown, isChanged: boolean, soFar: string): Error {
  const data = firstErrorOf(thrown)
  if (!isChanged)
    return thrown instanceof OpsError || thrown instanceof InputErrors
      ? thrown
      : new OpsError(data, { cause: thrown })
  const detail = data.detail === undefined ? soFar : `${data.detail}\n${soFar}`
  return new OpsError({ ...data, detail, changed: 'yes' }, { cause: thrown })
}

/** What a job ends with where the operator stopped it; `isChanged`: rows, files or tables are not what they were before. */
export function interruptedError(title: string, isChanged: boolean, next: string): OpsError {
  const changed = isChanged ? 'yes' : 'no'
  return new OpsError({ code: 'interrupted', title: `${title} was stopped`, changed, next })
}
