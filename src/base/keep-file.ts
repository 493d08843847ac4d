/** Writes a file of the cache, whole or not at all. */
import { renameSync, rmSync, writeFileSync } from 'node:fs'

/** A full or read-only disk only means that the next run makes it again. */
export function keepFile(file: string, content: string | Buffer): void {
  const unfinished = `${file}.${process.pid}`
  try {
    writeFileSync(unfinished, content, { mode: 0o600 })
    renameSync(unfinished, file)
  } catch {
    rmSync(unfinished, { force: true })
  }
}
