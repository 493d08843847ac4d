/** The name of a run: what its records are found by, here and on its hosts. */
import { randomBytes } from 'node:crypto'

/** A run as it begins. */
export interface RunName {
  /** Eight hexadecimal digits. */
  readonly run: string
  /** ISO 8601, in UTC. */
  readonly startedAt: string
}

/** A fresh one. */
export function newRunName(): RunName {
  return { run: randomBytes(4).toString('hex'), startedAt: new Date().toISOString() }
}

/** What the file of its record is called, so that names sort by time: `20261129T044100Z-3f9a1c20`. */
export function recordFileOf({ run, startedAt }: RunName): string {
  return `${startedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z-${run}`
}

/** Sorts runs, also those of one second. */
export function newestFirst(one: Pick<RunName, 'startedAt'>, other: Pick<RunName, 'startedAt'>): number {
  return one.startedAt < other.startedAt ? 1 : one.startedAt > other.startedAt ? -1 : 0
}

/** Whether the text can be the name of a run, or the beginning of one. */
export function isRunName(text: string): boolean {
  return /^[0-9a-f]{4,8}$/.test(text)
}
