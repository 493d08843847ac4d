/** What this machine writes down of its own runs: one file for each, below the state folder of the user, for nobody else. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../../base/make-folder.ts'
import type { RunInFull } from '../../run/run-history.ts'
import { newestFirst, type RunName, recordFileOf } from '../../run/run-id.ts'

const mostRuns = 500
const mostBytes = 64 * 1024 * 1024
/** Nobody writes one record for so long. */
const partMs = 3_600_000

const value = z.union([z.string(), z.number(), z.boolean()])
const stored = z.object({
  format: z.literal(1),
  run: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  who: z.string(),
  purpose: z.string(),
  version: z.string(),
  params: z.record(z.string(), z.unknown()),
  hosts: z.array(
    z.object({
      host: z.string(),
      status: z.string(),
      errors: z.array(z.string()),
      steps: z.array(
        z.object({
          name: z.string(),
          status: z.enum(['changed', 'failed', 'reverted', 'begun']),
          changes: z.array(z.tuple([z.string(), value.nullable(), value])),
          diff: z.string().optional(),
          kept: z.array(z.string()).optional(),
          on: z.string().optional(),
        }),
      ),
      behind: z.array(z.string()).optional(),
    }),
  ),
})

/** A run as it is written down: without secrets. */
export interface StoredRun extends RunInFull {
  readonly format: 1
  readonly version: string
  /** Undefined: it runs, or was killed. */
  readonly endedAt?: string
}

/** Where the records are: `$XDG_STATE_HOME/ops/runs`, or `~/.local/state/ops/runs`. */
export function runsFolder(): string {
  const { XDG_STATE_HOME: state } = process.env
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local/state')
  return join(base, 'ops', 'runs')
}

/** Writes one down, over what it was before. @throws the error of the system. */
export function storeRun(run: StoredRun): void {
  const folder = runsFolder()
  const file = join(folder, `${recordFileOf(run)}.json`)
  makeFolder(join(folder, '..'), 0o700)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(`${file}.part`, `${JSON.stringify(run)}\n`, { mode: 0o600 })
    renameSync(`${file}.part`, file)
  } catch (error) {
    rmSync(`${file}.part`, { force: true })
    throw error
  }
}

/** Drops the oldest, and what a killed writer has left; `bySize` looks at what they hold as well. */
export function pruneRuns(bySize: boolean): void {
  const folder = runsFolder()
  let bytes = 0
  for (const [at, name] of filesOf(folder).entries()) {
    if (bySize) bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
    if (at >= mostRuns || (at > 0 && bytes > mostBytes)) rmSync(join(folder, name), { force: true })
  }
  for (const name of namesIn(folder, /^\d{8}T\d{6}Z-[0-9a-f]+\.json\.part$/)) {
    const written = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (Date.now() - written > partMs) rmSync(join(folder, name), { force: true })
  }
}

/** The newest runs, the newest first. */
export function storedRuns(most: number): readonly StoredRun[] {
  const folder = runsFolder()
  const names = filesOf(folder)
  // Names tell the second: which of those within one came first is in the records.
  const second = (name: string): string => name.slice(0, '20261129T044100Z'.length)
  const last = second(names[most - 1] ?? '')
  return names
    .filter((name, at) => at < most || second(name) === last)
    .flatMap(name => readStored(join(folder, name)) ?? [])
    .sort(newestFirst)
    .slice(0, most)
}

/** How many there are. */
export function storedRunsCount(): number {
  return filesOf(runsFolder()).length
}

/** Those runs whose name begins like that. */
export function storedRunsLike(run: RunName['run']): readonly StoredRun[] {
  const folder = runsFolder()
  return filesOf(folder)
    .filter(name => name.includes(`Z-${run}`))
    .flatMap(name => readStored(join(folder, name)) ?? [])
}

/** The newest first. */
function filesOf(folder: string): readonly string[] {
  return namesIn(folder, /^\d{8}T\d{6}Z-[0-9a-f]+\.json$/)
}

function namesIn(folder: string, form: RegExp): readonly string[] {
  try {
    const names = readdirSync(folder).filter(name => form.test(name))
    return names.sort().reverse()
  } catch {
    return []
  }
}

/** Undefined for what another version wrote, or nobody. */
function readStored(file: string): StoredRun | undefined {
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8'))) as StoredRun
  } catch {
    return undefined
  }
}
