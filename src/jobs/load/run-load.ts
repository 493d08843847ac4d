/**
 * Loads an input into a table in one transaction: all of its rows, each as the server's counts and warnings prove, or
 * none, with the lines that are in the way. Indexes that were taken away for it are put back whatever happens.
 */

import { performance } from 'node:perf_hooks'
import type { Readable } from 'node:stream'
import { counted } from '../../base/counted.ts'
import { errorDataOf, OpsError } from '../../base/errors.ts'
import { type Governor, startGovernor } from '../../mysql/governor.ts'
import { isLost } from '../../mysql/mysql-error.ts'
import { holdLock } from '../../mysql/named-lock.ts'
import type { Server } from '../../mysql/server.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { checkUnaltered } from '../drift/unaltered.ts'
import { madeTables } from '../history/made-tables.ts'
import type { JobContext } from '../job-context.ts'
import { keptApart } from '../kept-apart.ts'
import { restsBy } from '../rests.ts'
import { partlyDone, runChunks } from '../run.ts'
import { chunksOf } from './chunks.ts'
import { findMoreProblems, type LoadFailure, loadError } from './find-more-problems.ts'
import { type Input, openInput } from './input.ts'
import type { LoadOutcome } from './load-outcome.ts'
import { loadEnd, loadPlanEvent } from './load-text.ts'
import { nextNumber, withNextNumber } from './next-number.ts'
import { putBack, takeIndexes } from './owed-indexes.ts'
import { type LoadPlan, type LoadRequest, planLoad } from './plan.ts'
import { Problems } from './problems.ts'
import { StageProfile } from './profile.ts'
import { RecordReader } from './record-reader.ts'
import { type LoadedRows, RowLoader } from './row-loader.ts'

export interface LoadContext extends JobContext {
  readonly standardInput: Readable
}

/** Answers whether it ran. @throws OpsError with the lines that cannot be loaded; nothing is stored then. */
export async function runLoad(request: LoadRequest, context: LoadContext): Promise<boolean> {
  const { server, emit, confirm, plansOnly, standardInput } = context
  const input = await openInput(request.file, standardInput)
  const title = `load ${tableText(request.table)}`
  try {
    const session = await server.session()
    const reader = new RecordReader(input.pieces())
    const plan = await planLoad(session, request, input, reader)
    // A rest would keep the one transaction open, with its locks and its undo.
    const governor = await startGovernor(server, { sleepCoefficient: request.sleepCoefficient ?? 0, restsBy })
    const makes = await madeTables(session, request.table.database)
    const shown = loadPlanEvent(server.name, plan, input, makes, governor)
    emit({ event: 'job-plan', ...shown })
    if (plansOnly || (confirm && !(await confirm(shown)))) return false
    const lock = await holdLock(server, title)
    const end = (outcome: LoadOutcome | undefined, failure: unknown): void =>
      emit({
        event: 'job-end',
        ...loadEnd(
          server.name,
          title,
          plan,
          input,
          outcome,
          failure === undefined ? undefined : errorDataOf(failure),
        ),
      })
    try {
      await keptApart(lock, server.name, request.table, ['restore'])
      const work = () => carryOut(plan, { input, reader, session, governor, title }, context)
      const outcome = await withoutIndexes(plan, server, work).catch((failure: unknown) => {
        end(undefined, failure)
        throw failure
      })
      end(outcome, outcome.failure)
      if (outcome.failure) throw outcome.failure
      return true
    } finally {
      await lock.release()
      await governor.close()
    }
  } finally {
    input.close()
  }
}

/** Puts back what earlier loads owe, takes away what the plan says, and puts it back afterwards, also where the load failed. */
async function withoutIndexes(
  { request: { table }, rebuilt }: LoadPlan,
  server: Server,
  load: () => Promise<Omit<LoadOutcome, 'indexMs'>>,
): Promise<LoadOutcome> {
  const session = await server.session()
  await putBack(session, table)
  if (rebuilt.length === 0) return { ...(await load()), indexMs: 0 }
  await takeIndexes(session, table, rebuilt)
  const done = await load().catch((failure: unknown) => ({ failure }))
  const begun = performance.now()
  const again = async (): Promise<void> =>
    void (await putBack(session.lost === undefined ? session : await server.session(), table))
  const left = await again().then(
    () => undefined,
    (thrown: unknown) => ({ thrown }),
  )
  if ('failure' in done) throw left ? stillAway(done.failure, table) : done.failure
  const outcome = { ...done, indexMs: performance.now() - begun }
  if (!left) return outcome
  const { stored } = done.loaded
  const soFar = `${counted(stored, 'row is', 'rows are')} loaded and committed: do not load the input again.`
  const data = errorDataOf(partlyDone(left.thrown, true, soFar))
  const next =
    'Once that is out of the way, ops db load SOURCE DB.TABLE --put-back puts the indexes back, from any machine.'
  return { ...outcome, failure: new OpsError({ ...data, next }, { cause: left.thrown }) }
}

/** Nothing is stored, but the table is not as it was. */
function stillAway(failure: unknown, table: TableName): Error {
  return partlyDone(
    failure,
    true,
    `Indexes of ${tableText(table)} are away still, and owed to it: the next load puts them back, or ops db load SOURCE DB.TABLE --put-back.`,
  )
}

interface Loading {
  readonly input: Input
  readonly reader: RecordReader
  readonly session: Session
  readonly governor: Governor
  readonly title: string
}

async function carryOut(
  plan: LoadPlan,
  loading: Loading,
  { server, emit, interrupt }: LoadContext,
): Promise<Omit<LoadOutcome, 'indexMs'>> {
  const { request, state, method, targets, table, firesOnUpdate } = plan
  const { input, reader, session, governor, title } = loading
  const doing = `loading ${tableText(table)}`
  await session.query(
    sql`SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES', max_error_count = 65535, innodb_lock_wait_timeout = 50`,
    doing,
  )
  // InnoDB logs no statements in READ COMMITTED.
  if (state.binlogFormat === 'STATEMENT')
    await session.query(sql`SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ`, doing)
  const profile = new StageProfile(session)
  if (request.profiles) await profile.start()
  const problems = new Problems()
  const { onDuplicate } = request
  const into = { table: request.table, targets: targets.targets, onDuplicate, firesOnUpdate }
  const loader = new RowLoader(session, into, method, state.maxAllowedPacket, problems)
  const chunks = chunksOf(plan, reader, governor)
  const failure = (): LoadFailure => ({ source: server.name, plan, input, problems })
  const begun = performance.now()
  // An input that does not come is not waited for either.
  const unlisten = interrupt.listen(() => input.close())
  const before = await nextNumber(session, table)
  await session.query(sql`START TRANSACTION`, doing)
  try {
    // From here to the end of the transaction nobody can alter the table: what holds now, holds for all rows.
    await session.query(sql`SELECT 1 FROM ${tableSql(table)} LIMIT 0`, doing)
    await checkUnaltered(
      session,
      { table, contracts: request.contracts, writes: true },
      'loading rows into it',
    )
    const done = await runChunks(
      {
        source: server.name,
        title,
        read: async () => {
          if (problems.any) return undefined
          const chunk = await chunks.read()
          // A chunk without rows is not settled.
          if (chunk?.rows.length === 0) problems.add(...chunk.bad)
          return chunk
        },
        settle: async chunk => {
          await governor.turn(() => loader.load(chunk))
          chunks.release(chunk)
          if (request.profiles) await profile.add()
        },
      },
      { emit, interrupt, governor },
    )
    if (done.isInterrupted) throw stopped(title)
    if (problems.any) {
      await session.query(sql`ROLLBACK`, doing)
      await findMoreProblems(session, loader, chunks, problems, interrupt)
      throw loadError(failure(), reader)
    }
    chunks.checkEnd(input, loader.loaded)
  } catch (thrown) {
    // A connection that is gone took the transaction with it.
    if (session.lost === undefined) await session.query(sql`ROLLBACK`, doing).catch(() => undefined)
    const why = isLost(thrown) ? nothingStored(thrown) : thrown
    const failure = interrupt.level === 'none' ? why : stopped(title)
    throw loader.hasSent ? await withNextNumber(session, table, before, failure) : failure
  } finally {
    unlisten()
  }
  const beforeCommit = performance.now()
  await session.query(sql`COMMIT`, doing).catch((thrown: unknown) => {
    throw isLost(thrown) ? perhapsStored(thrown, loader.loaded) : thrown
  })
  if (request.profiles) await profile.add()
  return {
    loaded: loader.loaded,
    milliseconds: performance.now() - begun,
    serverMs: loader.serverMs,
    inputMs: chunks.waitedMs,
    commitMs: performance.now() - beforeCommit,
    pausedMs: governor.pausedMs,
    restedMs: governor.restedMs,
    emptyLines: reader.emptyLines,
    endsOpen: reader.endsOpen,
    stages: profile.stages,
    noStages: profile.problem,
  }
}

function stopped(title: string): OpsError {
  return new OpsError({
    code: 'interrupted',
    title: `${title} was stopped: nothing was loaded`,
    changed: 'no',
    next: 'Run the same command again: it begins anew.',
  })
}

function nothingStored(thrown: unknown): OpsError {
  return new OpsError(
    {
      ...errorDataOf(thrown),
      changed: 'no',
      detail: 'The server takes back what was not committed, and nothing was.',
      next: 'Run the same command again.',
    },
    { cause: thrown },
  )
}

function perhapsStored(thrown: unknown, { stored }: LoadedRows): OpsError {
  return new OpsError(
    {
      ...errorDataOf(thrown),
      changed: 'unknown',
      detail: `It was lost while ${counted(stored, 'row was', 'rows were')} being committed: all is in the table, or nothing.`,
      next: 'Look for a row of the input in the table before you run the same command again.',
    },
    { cause: thrown },
  )
}
