import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DayReader, dumpLimits } from '../../../src/jobs/dump/day-reader.ts'
import type { DayStatements } from '../../../src/jobs/dump/day-statements.ts'
import type { TableShape } from '../../../src/jobs/dump/table-shape.ts'
import { RowLines } from '../../../src/jobs/rows/row-lines.ts'
import { ChunkSize } from '../../../src/mysql/chunk-size.ts'
import type { StatementOptions } from '../../../src/mysql/driver-connection.ts'
import type { Session } from '../../../src/mysql/session.ts'
import { type Sql, sql } from '../../../src/mysql/sql.ts'
import { rowOf } from '../../../src/mysql/wire-row.ts'

/** More than the least that a chunk has. */
const firstRows = 400
const day = {
  day: '2025-06-01',
  from: '2025-06-01',
  to: '2025-06-02',
  startsAt: new Date(0),
  endsAt: new Date(1),
}

/** How many rows a statement is to bring after a day whose rows came behind `before`. */
async function rowsAfter(before: () => void | Promise<void>): Promise<number> {
  const size = new ChunkSize(10, dumpLimits, firstRows)
  const query = async (_: Sql, __: string, options?: StatementOptions): Promise<void> => {
    await before()
    for (let row = 0; row < firstRows; row++) options?.onRow?.(rowOf([Buffer.from(`${row}`)]))
  }
  const stopwatch = (): (() => number) => {
    const begun = performance.now()
    return () => performance.now() - begun
  }
  const session = { query, stopwatch, lost: undefined } as unknown as Session
  const shape = { order: { isUnique: true, at: [0] } } as unknown as TableShape
  const statements = { byIndex: async () => sql`SELECT`, doing: 'reading' } as unknown as DayStatements
  const reader = new DayReader(
    session,
    shape,
    day,
    { size, lines: new RowLines(), statements },
    { rows: firstRows },
  )
  expect(await reader.next()).toMatchObject({ rows: firstRows, isLast: true })
  return size.rows
}

const work = (forMs: number) => (): void => {
  for (const begun = performance.now(); performance.now() - begun < forMs; );
}

test('a statement that is waited for becomes smaller; one during which there was other work here does so only after far more of it', async () => {
  const { targetMs } = dumpLimits
  expect(await rowsAfter(async () => pause(3 * targetMs))).toBeLessThan(firstRows)
  expect(await rowsAfter(work(1.2 * targetMs))).toBeGreaterThanOrEqual(firstRows)
  expect(await rowsAfter(work(10 * targetMs))).toBeLessThan(firstRows)
})
