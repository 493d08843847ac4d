/** Merges rows of several groups by their time; the rows of one group keep their order. */
import type { Batch } from './convert.ts'
import type { RowSink, Span } from './row-sink.ts'

interface Head<S extends RowSink> {
  readonly stream: AsyncGenerator<Batch<S>>
  batch: Batch<S>
  /** The first row that was not handed out yet. */
  row: number
}

/** A row goes before those of later groups with the same time. */
export async function* mergedByTime<S extends RowSink>(
  streams: readonly AsyncGenerator<Batch<S>>[],
): AsyncGenerator<Span<S>> {
  const heads: Head<S>[] = []
  try {
    const first = await Promise.all(streams.map(stream => nextBatch(stream)))
    first.forEach((batch, index) => {
      const stream = streams[index]
      if (batch && stream) heads.push({ stream, batch, row: 0 })
    })
    while (heads.length > 0) {
      const index = earliest(heads)
      const head = heads[index] as Head<S>
      const from = head.row === 0 ? 0 : (head.batch.ends[head.row - 1] as number)
      head.row = runEnd(head, index, heads)
      yield { sink: head.batch.sink, from, to: head.batch.ends[head.row - 1] as number }
      if (head.row < head.batch.ends.length) continue
      const batch = await nextBatch(head.stream)
      if (batch) {
        head.batch = batch
        head.row = 0
      } else heads.splice(index, 1)
    }
  } finally {
    await Promise.all(streams.map(stream => stream.return(undefined)))
  }
}

/** The next batch that holds a row. */
async function nextBatch<S extends RowSink>(stream: AsyncGenerator<Batch<S>>): Promise<Batch<S> | undefined> {
  for (;;) {
    const { value, done } = await stream.next()
    if (done) return undefined
    if (value.ends.length > 0) return value
  }
}

type AnyHead = Head<RowSink>

const timeOf = (head: AnyHead) => head.batch.times[head.row] as number

function earliest(heads: readonly AnyHead[]): number {
  let best = 0
  for (let index = 1; index < heads.length; index++) {
    if (timeOf(heads[index] as AnyHead) < timeOf(heads[best] as AnyHead)) best = index
  }
  return best
}

/** The row after the last one that still goes before those of all other groups. */
function runEnd(head: AnyHead, own: number, heads: readonly AnyHead[]): number {
  const { times } = head.batch
  let row = head.row + 1
  for (; row < times.length; row++) {
    const time = times[row] as number
    const isLater = heads.some((other, index) => {
      if (index === own) return false
      const theirs = timeOf(other)
      return time > theirs || (time === theirs && index < own)
    })
    if (isLater) break
  }
  return row
}
