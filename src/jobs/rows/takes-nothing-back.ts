/** Tables whose engine rolls nothing back: what a failed or killed restore has written into them stays. */
import { retold } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import { rollsBack } from '../../mysql/engines.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { RowsHeader } from './rows-file.ts'

/** The engine that does so; undefined: it rolls back, or is not told. */
export function engineWithoutRollback(
  table: Pick<Table, 'engine'> | Pick<RowsHeader, 'createTable'>,
): string | undefined {
  const engine = 'engine' in table ? table.engine : /^\)[^'"]*? ?ENGINE=(\w+)/m.exec(table.createTable)?.[1]
  return engine === undefined || engine === '' || rollsBack(engine) ? undefined : engine
}

/** What its plan says. */
export function engineNotes(
  table: Pick<Table, 'engine'> | Pick<RowsHeader, 'createTable'>,
): readonly string[] {
  const engine = engineWithoutRollback(table)
  return engine === undefined
    ? []
    : [
        `the table is ${engine}, which rolls nothing back: what a run writes that fails or is killed stays in it`,
      ]
}

/** The same failure, with what is true of such a table; `way` is what to do about the rows. */
export function withWhatStays(thrown: unknown, table: Table, way: string): unknown {
  const engine = engineWithoutRollback(table)
  if (engine === undefined) return thrown
  const stays = `${tableText(table)} is ${engine}, which rolls nothing back: rows that were sent before this are in it still. ${way}`
  return retold(thrown, ({ next = '' }) => ({
    changed: 'yes',
    next: `${stays} ${next.replace(/^Nothing of [^.]+ was restored\. /, '')}`.trimEnd(),
  }))
}
