/** A file system in memory that is soon full: for what a test lets run into it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What it holds at most. `fill` leaves no byte of it; `remove` takes it away again. Needs root. */
export function smallDisk(path: string, sizeKb: number): { fill(): void; remove(): void } {
  mkdirSync(path, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKb}k`, 'none', path])
  return {
    fill() {
      try {
        writeFileSync(join(path, 'fill'), Buffer.alloc(2 * sizeKb * 1024))
      } catch {
        // As is meant.
      }
    },
    remove() {
      execFileSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
