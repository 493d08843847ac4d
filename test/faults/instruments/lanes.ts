/** Cases that mostly wait run on several hosts at once: each may begin before its turn, and is awaited in its turn. */
import { type CaseNote, chosen, type FaultCase } from './fault-class.ts'

/** A case that wants one of the lanes for itself. */
export interface LaneCase<Lane> {
  readonly id: string
  readonly fault?: string
  on(lane: Lane): Promise<CaseNote>
}

/** Cases for `faultClass`, whose `quick` is to be the same. */
export function inLanes<Lane>(
  lanes: readonly Lane[],
  cases: readonly LaneCase<Lane>[],
  quick: number,
): FaultCase[] {
  const ends = new Map<string, PromiseWithResolvers>()
  let begun = false
  const begin = (): void => {
    begun = true
    const waiting = [...chosen(cases, quick)]
    for (const { id } of waiting) ends.set(id, withResolvers())
    for (const lane of lanes) void work(lane, waiting)
  }
  const work = async (lane: Lane, waiting: LaneCase<Lane>[]): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const end = ends.get(next.id)
      await next.on(lane).then(
        note => end?.resolve(note),
        (error: unknown) => end?.reject(error),
      )
    }
  }
  return cases.map(({ id, fault }) => ({
    id,
    ...(fault !== undefined && { fault }),
    run: () => {
      if (!begun) begin()
      const end = ends.get(id)
      if (!end) throw new Error(`${id} was not chosen`)
      return end.promise
    },
  }))
}

interface PromiseWithResolvers {
  readonly promise: Promise<CaseNote>
  resolve(note: CaseNote): void
  reject(error: unknown): void
}

function withResolvers(): PromiseWithResolvers {
  let [resolve, reject]: [(note: CaseNote) => void, (error: unknown) => void] = [() => {}, () => {}]
  const promise = new Promise<CaseNote>((...both) => {
    ;[resolve, reject] = both
  })
  // It is awaited only in its turn.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
