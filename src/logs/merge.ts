/** Merges rows of several groups by their time; the rows of one group keep their order. */
import type { Batch } from './convert.ts'

interface Head {
  readonly stream: AsyncGenerator<Batch>
  batch: Batch
  /** The first row that was not handed out yet. */
  row: number
}

/** Pieces of CSV, whole rows. A row goes before those of later groups with the same time. */
export async function* mergedByTime(streams: readonly AsyncGenerator<Batch>[]): AsyncGenerator<Buffer> {
  const heads: Head[] = []
  try {
    const first = await Promise.all(streams.map(stream => nextBatch(stream)))
    first.forEach((batch, index) => {
      const stream = streams[index]
      if (batch && stream) heads.push({ stream, batch, row: 0 })
    })
    while (heads.length > 0) {
      const index = earliest(heads)
      const head = heads[index] as Head
      const start = head.row === 0 ? 0 : (head.batch.ends[head.row - 1] as number)
      head.row = runEnd(head, index, heads)
      yield head.batch.bytes.subarray(start, head.batch.ends[head.row - 1])
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
async function nextBatch(stream: AsyncGenerator<Batch>): Promise<Batch | undefined> {
  for (;;) {
    const { value, done } = await stream.next()
    if (done) return undefined
    if (value.ends.length > 0) return value
  }
}

const timeOf = (head: Head) => head.batch.times[head.row] as number

function earliest(heads: readonly Head[]): number {
  let best = 0
  for (let index = 1; index < heads.length; index++) {
    if (timeOf(heads[index] as Head) < timeOf(heads[best] as Head)) best = index
  }
  return best
}

/** The row after the last one that still goes before those of all other groups. */
function runEnd(head: Head, own: number, heads: readonly Head[]): number {
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
