/** Dumps closed days: plan, confirm, then day by day a snapshot is read, saved and proved. */
import { performance } from 'node:perf_hooks'
import { tableText } from '../../mysql/catalog.ts'
import { type Governor, startGovernor } from '../../mysql/governor.ts'
import { type HeldLock, holdLock } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import type { Emit } from '../../run/events.ts'
import type { Interrupt } from '../../run/interrupt.ts'
import type { JobPlan } from '../../run/job-events.ts'
import type { Store } from '../../store/store.ts'
import { randomName } from '../archive/archive-store.ts'
import { serverText } from '../archive/records.ts'
import { headerLine } from '../rows/rows-file.ts'
import { type ChunksDone, interruptedError, partlyDone, runChunks } from '../run.ts'
import { DayFile } from './day-file.ts'
import { type DaysSource, DaysWalk, type WalkPiece, type WalkTotals } from './days-walk.ts'
import { writeMark } from './dump-store.ts'
import { dumpEnd, dumpPlanEvent, dumpSoFar } from './dump-text.ts'
import { type DumpPlan, type DumpRequest, planDump } from './plan.ts'
import type { Receipt } from './records.ts'
import { saveDay } from './save-day.ts'
import { ScanWalk } from './scan-walk.ts'

export interface DumpContext {
  readonly server: Server
  readonly store: Store
  readonly emit: Emit
  readonly interrupt: Interrupt
  /** Undefined: go on without asking. */
  readonly confirm?: (plan: JobPlan) => Promise<boolean>
  /** Stop after the plan. */
  readonly plansOnly: boolean
}

/** What of a run is told at its end. */
export interface DumpOutcome {
  readonly read: ChunksDone
  readonly walk: WalkTotals
  /** Of this run, in its order. */
  readonly saved: readonly Receipt[]
  readonly removedOrphans: number
  readonly pausedMs: number
  /** What was thrown after a part of the work; undefined: it came to its end. */
  readonly failure?: unknown
}

/** Answers whether it ran: false where the person said no, or only a plan was wanted. */
export async function runDump(request: DumpRequest, context: DumpContext): Promise<boolean> {
  const { server, store, emit, confirm, plansOnly } = context
  const title = `dump ${tableText(request.table)}`
  const session = await server.session()
  const governor = await startGovernor(server)
  let lock: HeldLock | undefined
  try {
    // Where nobody is asked, the plan that is shown is the one that is carried out: one look at server and store.
    if (!plansOnly && !confirm) lock = await holdLock(server, title)
    let plan = await planDump(session, store, request)
    const shown = dumpPlanEvent(server.name, plan, governor)
    emit({ event: 'job-plan', ...shown })
    if (plansOnly || shown.isEmpty) return shown.isEmpty === true && !plansOnly
    if (confirm) {
      if (!(await confirm(shown))) return false
      lock = await holdLock(server, title)
      plan = await planDump(session, store, request)
    }
    const outcome = await carryOut(plan, governor, context)
    emit({ event: 'job-end', ...dumpEnd(server.name, plan, outcome) })
    if (outcome.failure !== undefined)
      throw partlyDone(outcome.failure, outcome.saved.length > 0, dumpSoFar(outcome))
    if (outcome.read.isInterrupted)
      throw interruptedError(
        title,
        'Whole days are saved. Run the same command again: it goes on with the next one.',
      )
    return true
  } finally {
    await lock?.release()
    await governor.close()
  }
}

async function carryOut(plan: DumpPlan, governor: Governor, context: DumpContext): Promise<DumpOutcome> {
  const { server, store, emit, interrupt } = context
  const { request, names, state, now, shape } = plan
  if (!names.isMarked) await writeMark(store, request, state, now)
  const removedOrphans = await removeOrphans(names.orphans, store)
  const walk = await walkOf(plan, server)
  const saver = new DaySaver(plan, context)
  const begun = performance.now()
  const soFar = { rows: 0, bytes: 0, chunks: 0 }
  const outcome = (read: ChunksDone): DumpOutcome => ({
    read,
    walk: walk.totals,
    saved: saver.saved,
    removedOrphans,
    pausedMs: governor.pausedMs,
  })
  try {
    const counted = plan.reads === 'days' && plan.newDays.every(({ rows }) => rows !== undefined)
    const read = await runChunks<WalkPiece>(
      {
        source: server.name,
        title: `dump ${tableText(shape.table)}`,
        ...(counted && { ofRows: plan.newDays.reduce((sum, { rows = 0 }) => sum + rows, 0) }),
        read: () => walk.next(),
        settle: async piece => {
          await saver.add(piece)
          soFar.rows += piece.rows.length
          soFar.bytes += piece.bytes
          soFar.chunks += 1
        },
      },
      { emit, interrupt, governor },
    )
    return outcome(read)
  } catch (failure) {
    const milliseconds = performance.now() - begun
    return { ...outcome({ ...soFar, milliseconds, isInterrupted: false }), failure }
  } finally {
    await saver.close()
    await walk.close().catch(() => undefined)
  }
}

async function walkOf(plan: DumpPlan, server: Server): Promise<DaysSource> {
  const { request, shape, names, until, kind, checks, newDays } = plan
  const session = await server.session()
  if (plan.reads === 'days') return new DaysWalk(session, shape, [...checks, ...newDays])
  return new ScanWalk(session, shape, { kind, zone: request.zone, until, known: names.days.keys() })
}

/** Puts the pieces of a day into its file, and saves it with the last one. */
class DaySaver {
  readonly saved: Receipt[] = []
  readonly #plan: DumpPlan
  readonly #context: DumpContext
  readonly #token = randomName()
  readonly #files = new Map<string, DayFile>()

  constructor(plan: DumpPlan, context: DumpContext) {
    this.#plan = plan
    this.#context = context
  }

  async add({ work, shape, isFirst, lines, end }: WalkPiece): Promise<void> {
    const { request, kind, state } = this.#plan
    const { store, server } = this.#context
    const { table, columns, key, createTable } = shape
    const { day } = work
    if (isFirst) await this.#drop(day)
    let file = this.#files.get(day)
    if (!file) {
      file = new DayFile()
      this.#files.set(day, file)
      const { fingerprint } = table
      await file.add(
        headerLine({ table: request.table, columns, key, fingerprint, createTable, server: state.version }),
      )
    }
    await file.add(lines)
    if (!end) return
    const { from, to, startsAt, endsAt, receipt } = work
    const saved = await saveDay(store, file, this.#token, end.digest, {
      day,
      revision: (receipt?.revision ?? 0) + 1,
      table: request.table,
      source: server.name,
      server: serverText(state),
      by: request.by,
      kind,
      zone: request.zone,
      from,
      to,
      fromUtc: startsAt.toISOString(),
      toUtc: endsAt.toISOString(),
      fingerprint: table.fingerprint,
      createTable,
      columns: [...columns],
      seenAt: `${end.seenAt.replace(' ', 'T')}Z`,
      snapshotMs: end.snapshotMs,
      ...(receipt && { before: { rows: receipt.rows, hash: receipt.hash } }),
    })
    this.saved.push(saved)
    await this.#drop(day)
  }

  async close(): Promise<void> {
    for (const day of [...this.#files.keys()]) await this.#drop(day)
  }

  async #drop(day: string): Promise<void> {
    const file = this.#files.get(day)
    this.#files.delete(day)
    await file?.discard()
  }
}

/** We hold the lock of the table, so nobody is between an object and its receipt now. */
async function removeOrphans(orphans: readonly string[], store: Store): Promise<number> {
  for (const key of orphans) await store.delete(key)
  return orphans.length
}
