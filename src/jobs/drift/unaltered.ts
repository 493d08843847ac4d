/** A table that was altered while a job was at work on it: seen before anything is settled, and told as what it is. */
import { readTable, type Table } from '../../mysql/catalog.ts'
import { lookAgain } from '../../mysql/look-again.ts'
import { movedTable } from '../../mysql/moved-table.ts'
import type { Session } from '../../mysql/session.ts'
import { changesOf } from './changes.ts'
import { pinned } from './contract.ts'
import { checkContracts } from './judge.ts'

/** ER_TABLE_DEF_CHANGED, ER_BAD_FIELD_ERROR, ER_KEY_DOES_NOT_EXITS: what a statement meets whose table was altered. */
export const altered = [1412, 1054, 1176]

/** What a job needs of its table, as its plan has seen it. */
export interface Relied {
  readonly table: Table
  /** Files of contracts that must hold still. */
  readonly contracts: readonly string[]
  /** It puts rows in. */
  readonly writes?: boolean
}

/** @throws OpsError `moved` where the table is no longer as it was planned with, InputErrors where a contract is broken now. */
export async function checkUnaltered(session: Session, relied: Relied, during: string): Promise<void> {
  const table = await lookAgain(() => readTable(session, relied.table), relied.table, {
    source: session.source,
    during,
    next: 'Run the same command again once the table is there as it was.',
  })
  await checkContracts(session, table, relied.contracts)
  const changes = changesSince(relied, table)
  if (changes.length > 0)
    throw movedTable({
      source: session.source,
      table: relied.table,
      during,
      text: changes.join('; '),
    })
}

function changesSince({ table, writes = false }: Relied, now: Table): readonly string[] {
  if (now.fingerprint === table.fingerprint) return []
  return changesOf({ ...pinned(table, undefined, 'this job'), writes }, now)
    .filter(({ verdict }) => verdict !== 'harmless')
    .map(({ column, sentence }) => `${column}: ${sentence}`)
}
