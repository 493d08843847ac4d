/** The plan of a restore: what a table would get, and what it would not. */

import { counted, grouped } from '../../base/counted.ts'
import { readGrants } from '../../mysql/grants.ts'
import type { Server } from '../../mysql/server.ts'
import type { Session } from '../../mysql/session.ts'
import { sql } from '../../mysql/sql.ts'
import { tableSql, tableText, tableWord } from '../../mysql/table-name.ts'
import { unseenTriggers } from '../../mysql/triggers.ts'
import type { JobPlan } from '../../run/job-events.ts'
import type { Store } from '../../store/store.ts'
import { checkMakeable } from '../rows/makeable.ts'
import type { RowsHeader } from '../rows/rows-file.ts'
import { restoreApart } from '../rows/shapes.ts'
import { engineNotes } from '../rows/takes-nothing-back.ts'
import { checkColumns, existingTable, foreignKeysOf, triggerNotes } from '../rows/target-table.ts'
import { headerOf, shapesOf } from './archived-shapes.ts'
import { checkKeyColumns, keyForRestore } from './restore-key.ts'
import type { RestorePart } from './restore-parts.ts'

/** A part that was looked at. */
export interface PlannedPart extends RestorePart {
  readonly plan: JobPlan
  readonly title: string
  readonly rows: number
  readonly header: RowsHeader
  /** One for each shape that the rows were saved in. */
  readonly shapes: readonly RowsHeader[]
  /** How to restore each by itself. */
  readonly apart: string
  readonly isThere: boolean
  /** It has no rows, or is not there. */
  readonly isEmpty: boolean
}

/** One question for all tables. */
export function together(planned: readonly PlannedPart[], first: JobPlan): JobPlan {
  const rows = planned.reduce((sum, { plan }) => sum + Number(plan.data.rows), 0)
  const into = planned.map(({ target }) => tableText(target)).join(', ')
  return { ...first, data: { ...first.data, rows, into } }
}

/** @throws OpsError where the table cannot take what was archived. */
export async function planPart(
  session: Session,
  part: RestorePart,
  {
    server,
    store,
    parts,
  }: { readonly server: Server; readonly store: Store; readonly parts: readonly RestorePart[] },
): Promise<PlannedPart> {
  const { target, chunks, lost } = part
  const missing = lost.reduce((sum, { deleted }) => sum + deleted, 0)
  const title = `restore ${tableText(target)}`
  const [newest] = chunks
  if (!newest) throw new RangeError('a part has chunks')
  const header = await headerOf(store, newest)
  const found = await existingTable(session, target)
  const isEmpty =
    found === undefined ||
    (await session.cells(sql`SELECT 1 FROM ${tableSql(target)} LIMIT 1`, title)).length === 0
  const shapes = await shapesOf(store, chunks)
  const grants = await readGrants(session)
  const commandOf = (each: RestorePart): readonly string[] => [
    ...['archive', 'restore', server.name, store.url],
    ...(each.only === undefined ? [] : ['--only', tableWord(each.only)]),
  ]
  const itself = parts.indexOf(part)
  const others = parts.map(each => [...commandOf(each), '--into', tableWord(each.target)])
  const [before, after] = [others.slice(0, itself), others.slice(itself + 1)]
  const apart = restoreApart({ command: commandOf(part), target, shapes, before, after })
  if (found) keyForRestore(tableText(target), found, shapes, apart)
  else {
    checkKeyColumns(tableText(target), header.key, shapes, apart)
    await checkMakeable(session, target, header.createTable)
  }
  checkColumns(tableText(target), found, { shapes, made: header, saved: 'archived', apart })
  const rows = chunks.reduce((sum, { receipt }) => sum + receipt.rows, 0)
  const stayed = chunks.reduce((sum, { done }) => sum + (done?.stayed.length ?? 0), 0)
  const open = chunks.filter(({ receipt, done }) => receipt.deletes && !done)
  const plan: JobPlan = {
    job: 'archive restore',
    source: server.name,
    title,
    facts: [
      {
        name: 'rows',
        text: `${grouped(rows - stayed)} in ${counted(chunks.length, 'chunk')} of ${store.url}`,
      },
      {
        name: 'into',
        text: found
          ? `${tableText(target)}${isEmpty ? ', which is empty' : ''}`
          : `${tableText(target)}, which is made as it was archived`,
      },
    ],
    notes: [
      ...(lost.length === 0
        ? []
        : [
            `${counted(missing, 'row')} in ${counted(lost.length, 'chunk')} cannot be restored, as their receipts are gone: \`ops db archive verify\` names them`,
          ]),
      ...part.without.map(
        table =>
          `the rows of ${tableText(table)} that went with them are not restored with --into or --shape: --only ${tableText(table)} brings them`,
      ),
      ...(isEmpty ? [] : ['the table has rows: those whose key is there already stay as they are']),
      ...(stayed === 0
        ? []
        : [
            `${counted(stayed, 'saved row is left out: it was', 'saved rows are left out: they were')} still in the table after that run; what a later run saved of them is restored`,
          ]),
      ...engineNotes(found ?? header),
      ...(found ? [...triggerNotes(found), ...unseenTriggers(grants, found)] : []),
      ...(found ? [] : foreignKeysOf(header)).map(
        each => `the table is made without its foreign key: ${each}`,
      ),
      ...(open.length === 0
        ? []
        : [
            `${counted(open.length, 'chunk is', 'chunks are')} not finished: some of the rows may also be in the table that was archived`,
          ]),
    ],
    data: {
      into: tableText(target),
      rows: rows - stayed,
      chunks: chunks.length,
      stayed,
      makesTable: found === undefined,
    },
  }
  return { ...part, plan, title, rows, header, shapes, apart, isThere: found !== undefined, isEmpty }
}
