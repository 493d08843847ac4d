/**
 * Parked jobs whose number another job got meanwhile, as servers before MySQL 8 and MariaDB 10.2 give numbers of an emptied
 * table anew after a restart. They stay parked, or come back under numbers that neither table has had.
 */
import { counted } from '../../base/counted.ts'
import { OpsError } from '../../base/errors.ts'
import { errorNumber, serverErrors } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import type { ShapeGuard } from '../../mysql/shape-guard.ts'
import { join, name, type Sql, sql, trusted } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { type JobTable, ofQueue } from './job-table.ts'
import { inTheWay, type Moved } from './move-batch.ts'
import { isNumbered } from './numbered.ts'
import { hasTakenNumber, hasTakenValue } from './taken.ts'

/** So many are named; all of them are counted. */
const mostNamed = 20

/** Jobs that are in the way of parked ones. */
export interface Taken {
  /** These have their number. */
  readonly numbers: TakenNumbers
  /** These have a value of them that only one may have. */
  readonly values: TakenNumbers
}

export const noneTaken: Taken = { numbers: { count: 0, numbers: [] }, values: { count: 0, numbers: [] } }

export interface TakenNumbers {
  readonly count: number
  /** The first of them. */
  readonly numbers: readonly string[]
}

export async function takenBy(session: Session, jobs: JobTable, queue: string): Promise<Taken> {
  const value = hasTakenValue(jobs, 'parked')
  return {
    numbers: await taken(session, jobs, queue, sql`${hasTakenNumber(jobs, 'parked')} AND NOT ${value}`),
    values: jobs.uniques.length === 0 ? noneTaken.values : await taken(session, jobs, queue, value),
  }
}

async function taken(session: Session, jobs: JobTable, queue: string, which: Sql): Promise<TakenNumbers> {
  const where = sql`${ofQueue(queue)} AND ${which}`
  const doing = `looking for numbers that are taken`
  const from = tableSql(jobs.parked)
  const count = Number((await session.value(sql`SELECT COUNT(*) FROM ${from} WHERE ${where}`, doing)) ?? 0)
  if (count === 0) return { count, numbers: [] }
  const id = name(jobs.id)
  const rows = await session.cells(
    sql`SELECT ${id} FROM ${from} WHERE ${where} ORDER BY ${id} LIMIT ${mostNamed}`,
    doing,
  )
  return { count, numbers: rows.map(([cell]) => cell?.toString('latin1') ?? '') }
}

/** As `17, 18 and 3 more`. */
export function numbersText({ count, numbers }: TakenNumbers): string {
  const more = count - numbers.length
  return `${numbers.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** One transaction, as every move: each job is on one side before it and on the other behind it. */
export async function moveRenumbered(
  session: Session,
  jobs: JobTable,
  queue: string,
  batch: number,
  guard: ShapeGuard,
): Promise<Moved> {
  const doing = `bringing jobs of ${queue} back under new numbers`
  const id = name(jobs.id)
  const [live, parked] = [tableSql(jobs.live), tableSql(jobs.parked)]
  try {
    const move = async (): Promise<number> => {
      const found = await session.cells(
        sql`SELECT ${id} FROM ${parked} WHERE ${ofQueue(queue)} AND ${hasTakenNumber(jobs, 'parked')} AND NOT ${hasTakenValue(jobs, 'parked')} ORDER BY ${jobs.order} LIMIT ${batch}`,
        doing,
      )
      const ids = found.map(([cell]) => cell?.toString('latin1') ?? '')
      if (ids.length === 0) return 0
      const these = isNumbered(jobs.id, ids)
      const locked = await session.cells(sql`SELECT ${id} FROM ${parked} WHERE ${these} FOR UPDATE`, doing)
      if (locked.length !== ids.length) throw unequal(session.source, jobs, ids.length, [locked.length])
      // Above all numbers that either table has or had, so that no parked job is in the way of a new one again.
      const highest = await session.value(
        sql`SELECT GREATEST((SELECT COALESCE(MAX(${id}), 0) FROM ${live}), (SELECT COALESCE(MAX(${id}), 0) FROM ${parked}),
          COALESCE((SELECT MAX(up_to) FROM ${tableSql(jobs.ledger)}), 0))`,
        doing,
      )
      const first = BigInt(highest ?? 0) + 1n
      const cases = ids.map((each, index) => `WHEN ${each} THEN ${first + BigInt(index)}`).join(' ')
      const others = jobs.others.map(each => name(each))
      const inserted = await session.query(
        sql`INSERT INTO ${live} (${join([id, ...others])}) SELECT CASE ${id} ${trusted(cases)} END, ${join(others)}
          FROM ${parked} WHERE ${these}`,
        doing,
      )
      await guard.shapes(session)
      const deleted = await session.query(sql`DELETE FROM ${parked} WHERE ${these}`, doing)
      // They are new numbers to the counts: jobs that came since parking began.
      const counted = await session.query(
        sql`UPDATE ${tableSql(jobs.ledger)} SET dripped = dripped + ${ids.length}, jobs = jobs - LEAST(jobs, ${ids.length})
          WHERE queue = ${queue}`,
        doing,
      )
      // A number that the column cannot hold would be cut to one that it can.
      const there = await session.value(
        sql`SELECT COUNT(*) FROM ${live} WHERE ${id} BETWEEN ${first} AND ${first + BigInt(ids.length - 1)}`,
        doing,
      )
      const counts = [inserted.affected, deleted.affected, Number(there)]
      if (counts.some(each => each !== ids.length) || counted.affected !== 1)
        throw unequal(session.source, jobs, ids.length, counts)
      await guard.effects(session)
      return ids.length
    }
    const moved = await guard.during(session, () => session.transaction(move, doing))
    return { moved, last: moved === 0 ? undefined : 0n }
  } catch (thrown) {
    const number = errorNumber(thrown)
    // Somebody took one of the new numbers first.
    if (number !== undefined && [...inTheWay, serverErrors.duplicateKey].includes(number)) return 'again'
    throw await guard.reasonOf(session, thrown)
  }
}

function unequal(source: string, jobs: JobTable, wanted: number, counts: readonly number[]): OpsError {
  return new OpsError({
    code: 'not-converged',
    title: `${source}: ${counted(wanted, 'job')} of ${tableText(jobs.parked)} did not come back under new numbers (${counts.join(', ')} did)`,
    changed: 'no',
    next: `They are parked as before. Look for a trigger, and whether ${tableText(jobs.live)} has numbers left.`,
  })
}
