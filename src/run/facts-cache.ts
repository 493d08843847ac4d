/** Facts of earlier runs, kept for the boot they were read in; never trusted before the host proved them unchanged. */
import { createHash } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../base/cache-folder.ts'

/** Undefined where nothing can be cached. */
function fileFor(key: string): string | undefined {
  const folder = cacheFolder('facts')
  return folder && join(folder, createHash('sha256').update(key).digest('hex').slice(0, 32))
}

/** The text that the facts probe printed last time, or undefined. */
export async function cachedFacts(key: string): Promise<string | undefined> {
  const file = fileFor(key)
  return file && readFile(file, 'utf8').catch(() => undefined)
}

/** Keeps the text for the next run; a cache that cannot be written is no error. */
export async function cacheFacts(key: string, text: string): Promise<void> {
  const file = fileFor(key)
  if (!file) return
  try {
    await writeFile(`${file}.${process.pid}`, text, { mode: 0o600 })
    await rename(`${file}.${process.pid}`, file)
  } catch {}
}
