/** One row of the fault list as one test: runs its cases, goes on after a broken one, and keeps what became of each. */
import { test } from 'vitest'
import { brokenOf } from './broken.ts'
import { type Invariant, keepCase, keepClass, type Outcome } from './results.ts'

/** What a case tells beside that it held. */
export interface CaseNote {
  readonly note?: string
  /** Exit code of the run under test. */
  readonly exit?: number
  /** Why the case could not be put to the test here: counted as skipped, never as held. */
  readonly skipped?: string
}

export interface FaultCase {
  /** Unique in its class, says where: `cut after frame 17 of 96`. */
  readonly id: string
  /** Cases with the same word count once as distinct faults; the id unless given. */
  readonly fault?: string
  /** Throws, by `expect` or by a checker of an invariant, when anything does not hold. */
  run(): Promise<CaseNote> | Promise<void>
}

/** A row of the fault list, or a part of one. */
export interface FaultClass {
  /** The row: `A1`. */
  readonly id: `${'A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G' | 'H'}${number}`
  /** A sentence about behaviour. */
  readonly title: string
  /** What is really checked after every case. */
  readonly invariants: readonly Invariant[]
  /** How many cases, evenly spread, run in `npm test`; with 0 the class runs in the full sweep only. */
  readonly quick: number
  /** Why this machine cannot run it. */
  readonly skip?: string
  /** Seconds after which a case counts as one that hangs. Default 120. */
  readonly caseSeconds?: number
  /** Called inside the test, when hosts have booted. */
  readonly cases: () => readonly FaultCase[] | Promise<readonly FaultCase[]>
}

/** Set by `npm run faults`: every case of every class, or of the classes named. */
const isFullSweep = process.env.OPS_FAULTS === 'all'
/** Set by `npm run faults -- --most N`: no class runs more cases of the sweep than this. */
const most = Number(process.env.OPS_FAULTS_MOST ?? Number.POSITIVE_INFINITY)
const defaultCaseSeconds = 120
const sweepMs = 12 * 3_600_000
const shownProblems = 12

/** Registers the class as one test; to be called in a suite that has its hosts. */
export function faultClass(spec: FaultClass): void {
  const { id, title, quick, skip, caseSeconds = defaultCaseSeconds } = spec
  if (isFullSweep) keepClass(spec)
  const left = skip !== undefined || (!isFullSweep && quick === 0)
  // A case that is late is told as one before the test is.
  const timeoutMs = isFullSweep ? sweepMs : (quick + 1) * caseSeconds * 1000 + 30_000
  test.skipIf(left)(`${id} ${title}`, { timeout: timeoutMs }, async () => {
    const all = await spec.cases()
    const ids = new Set(all.map(each => each.id))
    if (ids.size < all.length || all.length === 0) throw new Error(`${id} needs cases, each with its own id`)
    if (isFullSweep && all.length > most) keepClass(spec, all.length)
    const problems: string[] = []
    for (const each of chosen(all, quick)) {
      const outcome = await outcomeOf(each, caseSeconds * 1000)
      if (isFullSweep) keepCase(spec, each, outcome)
      if (outcome.broken) problems.push(`${each.id}: ${outcome.broken.text}`)
      if (outcome.stillRuns) problems.push('it goes on, and the cases after it were not run')
      if (outcome.stillRuns) break
    }
    if (problems.length === 0) return
    const shown = problems.slice(0, shownProblems)
    const more = problems.length > shown.length ? `\nand ${problems.length - shown.length} more` : ''
    throw new Error(`${problems.length} cases are broken:\n${shown.join('\n')}${more}`)
  })
}

/** The cases that run now: in the full sweep all, or as many as it may have of a class. */
export function chosen<T>(all: readonly T[], quick: number): readonly T[] {
  return spread(all, isFullSweep ? most : quick)
}

/** So many of a list, first and last among them. */
export function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (count >= all.length) return all
  if (count === 1) return all.slice(Math.floor(all.length / 2)).slice(0, 1)
  const places = Array.from({ length: count }, (_, index) =>
    Math.round((index * (all.length - 1)) / (count - 1)),
  )
  return all.filter((_, index) => places.includes(index))
}

/**
 * Runs one case. One that is late is broken, and may take as long again to end, as the next would meet what it still does;
 * `stillRuns` says that it did not.
 */
export async function outcomeOf(each: FaultCase, caseMs: number): Promise<Outcome & { stillRuns: boolean }> {
  const started = performance.now()
  let isOver = false
  const work = async (): Promise<Omit<Outcome, 'milliseconds'>> => {
    try {
      return (await each.run()) ?? {}
    } catch (thrown) {
      return { broken: brokenOf(thrown) }
    } finally {
      isOver = true
    }
  }
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<Record<string, never>>(resolve => {
    timer = setTimeout(() => resolve({}), 2 * caseMs)
  })
  const end = await Promise.race([work(), overdue])
  clearTimeout(timer)
  const milliseconds = Math.round(performance.now() - started)
  if (milliseconds <= caseMs) return { ...end, milliseconds, stillRuns: false }
  const broken = { invariants: ['I5'] as const, text: `still running after ${caseMs / 1000} s` }
  return { ...end, milliseconds, broken, stillRuns: !isOver }
}
