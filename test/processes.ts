/** The processes of this machine, read from /proc, as not every machine has pgrep. */
import { readdirSync, readFileSync } from 'node:fs'

/** Those whose command line, its words with blanks between, is like the pattern. */
export function processesLike(pattern: RegExp): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => pattern.test(commandOf(pid)))
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
