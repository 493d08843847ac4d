/** A table that is not what it was when a run began: how that is told, and where a failure is explained by it. */
import { firstErrorOf, OpsError } from '../base/errors.ts'
import { errorNumber } from './mysql-error.ts'
import { type TableName, tableText } from './table-name.ts'

export interface MovedTable {
  readonly source: string
  readonly table: TableName
  /** What the run was at, as `archiving its rows`. */
  readonly during: string
  /** As `its column v is gone`. */
  readonly text: string
  readonly detail?: string | undefined
  /** What is true and what to do; left out, to begin again is all. */
  readonly next?: string
  readonly cause?: unknown
}

export function movedTable({ source, table, during, text, detail, next, cause }: MovedTable): OpsError {
  return new OpsError(
    {
      code: 'moved',
      title: `${source}: ${tableText(table)} is not what it was when this began, ${during}: ${text}`,
      ...(detail !== undefined && { detail }),
      changed: 'no',
      next: next ?? beginAgain,
    },
    { cause },
  )
}

export const beginAgain = 'Run the same command again: it looks at the table as it is now.'

/** Why a statement failed: an error of the server is a riddle where the table was altered, and `look` throws what became of it. */
export async function explained(failure: unknown, look: () => Promise<unknown>): Promise<unknown> {
  if (errorNumber(failure) === undefined) return failure
  try {
    await look()
    return failure
  } catch (found) {
    // Anything else is the next failure, and no reason of this one.
    return ['moved', 'input'].includes(firstErrorOf(found).code) ? found : failure
  }
}
