/**
 * Holds that tables are still what a plan saw of them, inside the transaction that deletes or moves their rows. Rows that
 * are locked hold off an ALTER, but one that came before them changes what a row is: a column more would go unsaved.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../base/errors.ts'
import { readTable, type Table } from './catalog.ts'
import { withoutNumber } from './create-table.ts'
import { triggersAndChildren } from './effects.ts'
import { mayEverywhere, readGrants } from './grants.ts'
import { lookAgain } from './look-again.ts'
import { beginAgain, explained, movedTable } from './moved-table.ts'
import type { Session } from './session.ts'
import { type ShapeChange, shapeChanges } from './shape-changes.ts'
import { sql } from './sql.ts'
import { tableSql, tableText } from './table-name.ts'

/** A table as the plan looked at it. */
export interface GuardedTable {
  readonly table: Table
  /** By which its rows are found again. */
  readonly keyIndex: string
}

export interface GuardOptions {
  /** What the work is, as in `while its rows were archived`. */
  readonly during: string
  /** Triggers of these must not have come. None: nothing is deleted or written. */
  readonly fires: readonly ('INSERT' | 'DELETE')[]
  /** What to do then, as sentences. */
  readonly next: string
}

/** Another table of the server may be altered again and again, and nobody can tell what refers to what meanwhile. */
const mostLooks = 50
const lookAgainAfterMs = 100

/** A table may be another one by now: the transaction is taken back, and the tables are looked at. */
class LookAgain extends Error {}

export class ShapeGuard {
  readonly #tables: readonly GuardedTable[]
  readonly #options: GuardOptions
  #shapes: readonly string[] | undefined
  #effects: string | undefined
  #seesForeignKeys: boolean | undefined

  constructor(tables: readonly GuardedTable[], options: GuardOptions) {
    this.#tables = tables
    this.#options = options
  }

  /**
   * Runs a transaction that calls `shapes` when it has its locks and `effects` before it is committed; once more where one of
   * them saw something that does not matter, such as an index. @throws OpsError `moved` where a table is not what was planned.
   */
  async during<T>(session: Session, transaction: () => Promise<T>): Promise<T> {
    if (this.#shapes === undefined) await this.look(session)
    for (let looks = 1; ; looks += 1) {
      try {
        return await transaction()
      } catch (thrown) {
        if (!(thrown instanceof LookAgain)) throw thrown
        if (looks > mostLooks) throw this.#unseen(session)
        if (looks > 1) await pause(lookAgainAfterMs)
        await this.look(session)
      }
    }
  }

  /** Inside a transaction that holds rows of all the tables, and before it changes any. */
  async shapes(session: Session): Promise<void> {
    const now = await this.#readShapes(session)
    if (now.some((each, index) => each !== this.#shapes?.[index])) throw new LookAgain()
  }

  /** Inside a transaction that has changed rows: a foreign key can be made beside locks, and takes effect at once. */
  async effects(session: Session): Promise<void> {
    if ((await this.#readEffects(session)) !== this.#effects) throw new LookAgain()
  }

  /** Outside of transactions. @throws OpsError `moved` */
  async look(session: Session): Promise<void> {
    // In this order: what comes between the two is seen by the next transaction.
    const shapes: string[] = []
    for (const { table } of this.#tables)
      shapes.push(await this.#again(session, table, () => readShape(session, table)))
    const effects = await this.#readEffects(session)
    const changes: ShapeChange[] = []
    for (const planned of this.#tables) {
      const now = await this.#again(session, planned.table, () => readTable(session, planned.table))
      changes.push(...shapeChanges(planned, now, this.#options.fires, this.#planned()))
    }
    const [first, ...more] = changes
    if (first) throw this.#moved(session, first, more)
    this.#shapes = shapes
    this.#effects = effects
  }

  /** Why something failed: an error of the server is a riddle where the table was altered. */
  async reasonOf(session: Session, failure: unknown): Promise<unknown> {
    return session.lost === undefined ? explained(failure, () => this.look(session)) : failure
  }

  #unseen(session: Session): OpsError {
    return new OpsError({
      code: 'failed',
      title: `${session.source}: nobody can tell now which tables refer to ${this.#planned().map(tableText).join(', ')}: tables of the server are altered or locked`,
      changed: 'no',
      next: 'Run the same command again when that is over (SHOW PROCESSLIST), or give the account the right to see it at once: GRANT PROCESS ON *.* TO the account.',
    })
  }

  #planned(): readonly Table[] {
    return this.#tables.map(each => each.table)
  }

  #moved(session: Session, first: ShapeChange, more: readonly ShapeChange[]): OpsError {
    const { during, next } = this.#options
    return movedTable({
      source: session.source,
      table: first.table,
      during,
      text: first.text,
      detail: more.map(each => `${tableText(each.table)}: ${each.text}`).join('\n') || undefined,
      next: `${next} ${first.next ?? beginAgain}`.trim(),
    })
  }

  async #readShapes(session: Session): Promise<readonly string[]> {
    const found: string[] = []
    for (const { table } of this.#tables) found.push(await readShape(session, table))
    return found
  }

  #again<T>(session: Session, table: Table, look: () => Promise<T>): Promise<T> {
    const { during, next } = this.#options
    return lookAgain(look, table, {
      source: session.source,
      during,
      next: `${next} Run the same command again once the table is there as it was.`.trim(),
    })
  }

  async #readEffects(session: Session): Promise<string> {
    if (this.#options.fires.length === 0) return ''
    this.#seesForeignKeys ??= mayEverywhere(await readGrants(session), 'PROCESS')
    return triggersAndChildren(session, this.#planned(), this.#seesForeignKeys)
  }
}

async function readShape(session: Session, table: Table): Promise<string> {
  const [record] = await session.records(
    sql`SHOW CREATE TABLE ${tableSql(table)}`,
    `looking at ${tableText(table)}`,
  )
  return withoutNumber(record?.['Create Table'] ?? '')
}
