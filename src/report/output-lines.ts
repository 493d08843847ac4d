/** Cuts streamed output of many hosts into whole lines, safe to print. */
import { afterRedraws, printableLine } from './printable.ts'

/** A line that never ends is told in pieces of this many characters, so that memory stays bounded. */
const longestLine = 8192

export interface OutputLines {
  /** The lines that are whole now. */
  add(host: string, stream: 'stdout' | 'stderr', text: string): readonly string[]
  /** What a host said without an end of line; nothing more is expected from it. */
  end(host: string): readonly { readonly stream: 'stdout' | 'stderr'; readonly line: string }[]
}

/** Keeps the unfinished last line of each host and stream. */
export function outputLines(): OutputLines {
  const open = { stdout: new Map<string, string>(), stderr: new Map<string, string>() }
  return {
    add(host, stream, text) {
      const lines = ((open[stream].get(host) ?? '') + text).split('\n')
      let last = lines.pop() ?? ''
      while (last.length > longestLine) {
        lines.push(last.slice(0, longestLine))
        last = last.slice(longestLine)
      }
      if (last === '') open[stream].delete(host)
      else open[stream].set(host, last)
      return lines.map(shown)
    },
    end(host) {
      return (['stdout', 'stderr'] as const).flatMap(stream => {
        const line = open[stream].get(host)
        open[stream].delete(host)
        return line === undefined ? [] : [{ stream, line: shown(line) }]
      })
    },
  }
}

function shown(line: string): string {
  return printableLine(afterRedraws(line).replaceAll('\t', '    '))
}
