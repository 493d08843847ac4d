/** What one process of a run has worked out, for all the others of that run; and what goes when the run has ended. */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const variable = 'OPS_TEST_RUN'

/** Before the first file; gives what ends it. */
export function beginRun(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ops-test-run-'))
  process.env[variable] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}

/** A new folder for all files that this process runs, gone with the run. */
export function folderOfRun(): string {
  const run = process.env[variable]
  if (run !== undefined && existsSync(run)) return mkdtempSync(join(run, 'ops-'))
  const folder = mkdtempSync(join(tmpdir(), 'ops-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The text of that name, which the first who asks makes: two who ask at once both make it, and it is the same. */
export function onceARun(name: string, make: () => string): string {
  const folder = process.env[variable]
  if (folder === undefined || !existsSync(folder)) return make()
  const path = join(folder, name)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  const text = make()
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, text)
  renameSync(partial, path)
  return text
}
