/**
 * Which lines stay, go and come, in a time that grows with the number of lines alone: a small difference is found as it
 * is; where there are many, lines that occur once on both sides part the texts first (patience diff).
 */
import { diffArrays } from 'diff'

export type DiffLine = readonly [mark: ' ' | '-' | '+', line: string]

/** Differences up to which the shortest edit is looked for: its cost grows with their square. */
const mostEdits = 200

export function lineDiff(from: readonly string[], to: readonly string[]): readonly DiffLine[] {
  const told: DiffLine[] = []
  const tell = (mark: DiffLine[0], lines: readonly string[]) => {
    for (const line of lines) told.push([mark, line])
  }
  const compare = (one: readonly string[], other: readonly string[]): void => {
    const shortest = Math.min(one.length, other.length)
    let head = 0
    while (head < shortest && one[head] === other[head]) head++
    let tail = 0
    while (tail < shortest - head && one.at(-1 - tail) === other.at(-1 - tail)) tail++
    tell(' ', one.slice(0, head))
    between(one.slice(head, one.length - tail), other.slice(head, other.length - tail))
    tell(' ', one.slice(one.length - tail))
  }
  const between = (one: readonly string[], other: readonly string[]): void => {
    if (one.length > 0 && other.length > 0) {
      const parts = diffArrays([...one], [...other], { maxEditLength: mostEdits })
      if (parts) {
        for (const { added, removed, value } of parts) tell(added ? '+' : removed ? '-' : ' ', value)
        return
      }
      const anchors = anchorsOf(one, other)
      if (anchors.length > 0) {
        let [left, right] = [0, 0]
        for (const [at, otherAt] of [...anchors, [one.length, other.length] as const]) {
          compare(one.slice(left, at), other.slice(right, otherAt))
          tell(' ', one.slice(at, at + 1))
          ;[left, right] = [at + 1, otherAt + 1]
        }
        return
      }
    }
    tell('-', one)
    tell('+', other)
  }
  compare(from, to)
  return told
}

/** Lines that occur once on each side, as many of them as stand in the same order on both. */
function anchorsOf(one: readonly string[], other: readonly string[]): readonly (readonly [number, number])[] {
  const places = onlyOnce(other)
  const pairs = [...onlyOnce(one)].flatMap(([line, at]) => {
    const otherAt = places.get(line)
    return otherAt === undefined ? [] : [{ at, otherAt }]
  })
  // The longest rising run, by the smallest end of a run of each length.
  const ends: { at: number; otherAt: number; before: number }[] = []
  const chain: typeof ends = []
  const positions: number[] = []
  for (const { at, otherAt } of pairs) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle]?.otherAt ?? 0) < otherAt) low = middle + 1
      else high = middle
    }
    const entry = { at, otherAt, before: low === 0 ? -1 : (positions[low - 1] ?? -1) }
    ends[low] = entry
    positions[low] = chain.push(entry) - 1
  }
  const anchors: (readonly [number, number])[] = []
  for (let next = positions[ends.length - 1] ?? -1; next >= 0; ) {
    const entry = chain[next]
    if (!entry) break
    anchors.push([entry.at, entry.otherAt])
    next = entry.before
  }
  return anchors.reverse()
}

function onlyOnce(lines: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  const twice = new Set<string>()
  for (const [at, line] of lines.entries()) {
    if (places.has(line)) twice.add(line)
    else places.set(line, at)
  }
  for (const line of twice) places.delete(line)
  return places
}
