/** A unified diff for people; what decides is the hash. */
import { type DiffLine, lineDiff } from './line-diff.ts'

/** Lines of context around each hunk. */
const context = 3
const noNewline = '\\ No newline at end of file'

/** Returns a unified diff, or undefined when both texts are equal. */
export function unifiedDiff(name: string, actual: string, desired: string): string | undefined {
  if (actual === desired) return undefined
  const lines = lineDiff(linesOf(actual), linesOf(desired))
  const hunks = hunksOf(lines).map(hunk => hunkText(lines, hunk))
  return [`--- ${name} (now)`, `+++ ${name} (planned)`, ...hunks, ''].join('\n')
}

/** Each line with its end; the last may have none. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** From and to (exclusive), as positions in the list of lines. */
type Hunk = readonly [from: number, to: number]

function hunksOf(lines: readonly DiffLine[]): readonly Hunk[] {
  const hunks: [number, number][] = []
  for (const [at, [mark]] of lines.entries()) {
    if (mark === ' ') continue
    const last = hunks.at(-1)
    const [from, to] = [Math.max(0, at - context), Math.min(lines.length, at + 1 + context)]
    if (last && from <= last[1]) last[1] = to
    else hunks.push([from, to])
  }
  return hunks
}

function hunkText(lines: readonly DiffLine[], [from, to]: Hunk): string {
  const countOf = (some: readonly DiffLine[], other: string) => some.filter(([mark]) => mark !== other).length
  const [before, shown] = [lines.slice(0, from), lines.slice(from, to)]
  const range = (other: string) => {
    const length = countOf(shown, other)
    // diff(1) counts an empty range from the line before it.
    return `${countOf(before, other) + (length === 0 ? 0 : 1)},${length}`
  }
  const rows = shown.flatMap(([mark, line]) =>
    line.endsWith('\n') ? [`${mark}${line.slice(0, -1)}`] : [`${mark}${line}`, noNewline],
  )
  return [`@@ -${range('+')} +${range('-')} @@`, ...rows].join('\n')
}
