/** Where the full sweep keeps what became of every case: one NDJSON line each, read by the report. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Broken } from './broken.ts'

/** What must hold after every fault; the fault list says each in a sentence. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9'

/** What became of one case. */
export interface Outcome {
  readonly milliseconds: number
  readonly note?: string
  readonly exit?: number
  readonly skipped?: string
  readonly broken?: Broken
}

/** A line of `classes.ndjson`: a class that the sweep meant to run. */
export interface ClassLine {
  readonly class: string
  readonly title: string
  readonly invariants: readonly Invariant[]
  readonly skip?: string
  /** How many cases it has in all, when the sweep was told to run fewer. */
  readonly of?: number
}

/** A line of `cases.ndjson`. */
export interface CaseLine {
  readonly class: string
  readonly title: string
  readonly id: string
  readonly fault: string
  readonly outcome: 'held' | 'broken' | 'skipped'
  readonly invariants: readonly Invariant[]
  /** Of a broken case: the invariants that did not hold. */
  readonly broken?: readonly Invariant[]
  readonly milliseconds: number
  readonly exit?: number
  readonly note?: string
}

/** A line of `peers.ndjson`: what one fault did to one tool, without a verdict. */
export interface PeerLine {
  readonly tool: string
  readonly class: string
  readonly id: string
  readonly exit: number
  readonly seconds: number
  readonly hung: boolean
  readonly torn: readonly string[]
  readonly falseSuccess: boolean
  /** Found on the host some time after the end. */
  readonly left: readonly string[]
  readonly rerunExit?: number
  readonly rerunWanted?: boolean
  /** Of two runs at once: neither was kept back. */
  readonly together?: boolean
}

interface Named {
  readonly id: string
  readonly title: string
  readonly invariants: readonly Invariant[]
  readonly skip?: string
}

/** The folder of this sweep; `npm run faults` names it. */
export const resultsFolder = fileURLToPath(
  new URL(`../results/${process.env.OPS_FAULTS_NAME ?? 'by-hand'}`, import.meta.url),
)

/** Where a case may keep raw logs. */
export function logsFolder(): string {
  const folder = join(resultsFolder, 'logs')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Says that a class is part of the sweep, unless the sweep was narrowed to others; the last word on a class counts. */
export function keepClass({ id, title, invariants, skip }: Named, of?: number): void {
  const only = process.env.OPS_FAULTS_ONLY
  if (only !== undefined && !only.split(',').includes(id)) return
  const line: ClassLine = {
    class: id,
    title,
    invariants,
    ...(skip !== undefined && { skip }),
    ...(of && { of }),
  }
  append('classes', line)
}

/** Keeps the outcome of one case. */
export function keepCase(
  { id, title, invariants }: Named,
  each: { readonly id: string; readonly fault?: string },
  { milliseconds, exit, broken, skipped, note = skipped ?? broken?.text }: Outcome,
): void {
  append('cases', {
    class: id,
    title,
    id: each.id,
    fault: each.fault ?? each.id,
    outcome: broken ? 'broken' : skipped === undefined ? 'held' : 'skipped',
    invariants,
    ...(broken && { broken: broken.invariants }),
    milliseconds,
    ...(exit !== undefined && { exit }),
    ...(note !== undefined && { note }),
  } satisfies CaseLine)
}

/** Keeps what one fault did to one tool. */
export function keepPeer(line: PeerLine): void {
  append('peers', line)
}

function append(file: 'classes' | 'cases' | 'peers', line: ClassLine | CaseLine | PeerLine): void {
  mkdirSync(resultsFolder, { recursive: true })
  appendFileSync(join(resultsFolder, `${file}.ndjson`), `${JSON.stringify(line)}\n`)
}
