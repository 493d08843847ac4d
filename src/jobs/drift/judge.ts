/** Holds a table against a contract: what changed, and how many rows do not fit. */

import { counted } from '../../base/counted.ts'
import { type ErrorData, InputErrors, inputError } from '../../base/errors.ts'
import type { Table } from '../../mysql/catalog.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, Sql, sql } from '../../mysql/sql.ts'
import { type TableName, tableSql, tableText } from '../../mysql/table-name.ts'
import { type Change, changesOf } from './changes.ts'
import { type Contract, readContract } from './contract.ts'
import { ruleChanges } from './rule-changes.ts'
import { type Seen, see } from './seen.ts'

export interface Judged extends Omit<Change, 'suffers'> {
  /** Rows that do not fit; undefined: none can, or nobody need count them. */
  readonly rows: number | undefined
}

const isNoTable: Change = {
  column: 'TABLE',
  verdict: 'widens',
  sentence: 'it is a view now, whose rules are those of other tables: they are not compared',
}

/** What a comparison came to. */
export interface Verdicts {
  readonly changes: readonly Judged[]
  /** What the contract says and the account may not see, as `triggers`. */
  readonly unseen: readonly Unseen[]
}

export type Unseen = 'triggers'

/** What of the agreed an account may not see; without a contract, of all that one could say. */
export function unseenBy(contract: Contract | undefined, seen: Seen | undefined): readonly Unseen[] {
  if (!seen || seen.triggers !== undefined) return []
  return contract === undefined || contract.triggers !== undefined ? ['triggers'] : []
}

/** As a sentence; `done` is what did not come about: `compared`. */
export function unseenText(unseen: Unseen, table: TableName, done: string): string {
  return `${unseen} were not ${done}: the account may not see those of ${tableText(table)} (GRANT TRIGGER ON ${tableText(table)} lets it)`
}

/** A change that only widens breaks as soon as one row does not fit. */
export async function judge(session: Session, table: Table, contract: Contract): Promise<Verdicts> {
  const judged: Judged[] = []
  const seen = contract.format === 'ops-contract/1' ? undefined : await see(session, table)
  const changes = [...changesOf(contract, table), ...(seen ? ruleChanges(contract, seen) : [])]
  if (contract.format !== 'ops-contract/1' && !seen) changes.push(isNoTable)
  for (const { suffers, ...change } of changes) {
    if (suffers === undefined) {
      judged.push({ ...change, rows: undefined })
      continue
    }
    const rows = await countOf(session, table, suffers)
    const verdict = change.verdict === 'widens' && rows > 0 ? 'breaks' : change.verdict
    judged.push({ ...change, verdict, rows })
  }
  return { changes: judged, unseen: unseenBy(contract, seen) }
}

async function countOf(
  session: Session,
  table: Table,
  suffers: NonNullable<Change['suffers']>,
): Promise<number> {
  const doing = `counting rows of ${tableText(table)} that do not fit`
  return Number(await session.value(countSql(table, suffers), doing))
}

function countSql(table: Table, suffers: NonNullable<Change['suffers']>): Sql {
  if (suffers === 'all') return sql`SELECT COUNT(*) FROM ${tableSql(table)}`
  if (suffers instanceof Sql) return sql`SELECT COUNT(*) FROM ${tableSql(table)} WHERE ${suffers}`
  const columns = suffers.duplicatesOf.map(each => name(each))
  const isWhole = suffers.takesNull
    ? sql` WHERE ${join(
        columns.map(each => sql`${each} IS NOT NULL`),
        ' AND ',
      )}`
    : sql``
  return sql`SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM ${tableSql(table)}${isWhole} GROUP BY ${join(columns)} HAVING COUNT(*) > 1) AS found`
}

/** `widens: name: it may be NULL now (0 rows)`. */
export function changeText({ column, verdict, sentence, rows }: Judged): string {
  return `${verdict}: ${column}: ${sentence}${rows === undefined ? '' : ` (${counted(rows, 'row does', 'rows do')} not fit)`}`
}

/** Why a job must not begin; what only widens is for its notes. */
function contractErrors(
  judged: readonly Judged[],
  { consumer }: Contract,
  file: string,
): readonly ErrorData[] {
  return judged
    .filter(each => each.verdict === 'breaks')
    .map(
      each =>
        inputError(`the contract of ${consumer} is broken: ${changeText(each).replace(/^breaks: /, '')}`, {
          next: `Tell ${consumer}, or accept the table as it is: ops db drift ... --contract ${file} --pin.`,
        }).data,
    )
}

/** What contracts have for the plan of a job: in `remarks` what does no consumer harm. */
export interface ContractWords {
  readonly notes: readonly string[]
  readonly remarks: readonly string[]
}

/** For a job that is about to begin. @throws InputErrors where a contract is broken. */
export async function checkContracts(
  session: Session,
  table: Table,
  files: readonly string[],
): Promise<ContractWords> {
  const errors: ErrorData[] = []
  const notes: string[] = []
  const remarks: string[] = []
  for (const file of files) {
    const contract = readContract(file)
    if (contract.table !== tableText(table)) {
      errors.push(inputError(`${file} is a contract about ${contract.table}, not ${tableText(table)}`).data)
      continue
    }
    const { changes: judged, unseen } = await judge(session, table, contract)
    errors.push(...contractErrors(judged, contract, file))
    notes.push(
      ...unseen.map(each => `contract of ${contract.consumer}: ${unseenText(each, table, 'compared')}`),
    )
    for (const each of judged)
      (each.verdict === 'harmless' ? remarks : notes).push(
        `contract of ${contract.consumer}: ${changeText(each)}`,
      )
  }
  if (errors.length > 0) throw new InputErrors(errors)
  return { notes, remarks }
}
