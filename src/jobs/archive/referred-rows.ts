/** Asks which rows are still referred to by rows that do not go along: short reads by index, without a lock. */
import { performance } from 'node:perf_hooks'
import { readSql } from '../../mysql/column-sql.ts'
import { explain } from '../../mysql/explain-guard.ts'
import type { Governor } from '../../mysql/governor.ts'
import { among, type Position } from '../../mysql/keyset.ts'
import { errorNumber } from '../../mysql/mysql-error.ts'
import type { Session } from '../../mysql/session.ts'
import { join, name, type Sql, sql } from '../../mysql/sql.ts'
import { tableSql, tableText } from '../../mysql/table-name.ts'
import { cellsOf } from '../../mysql/wire-row.ts'
import { DeleteBatchSize } from './delete-batch-size.ts'
import type { Referrer } from './referrers.ts'
import { columnsOfKey, type LinkColumn, type Parents, placeText } from './with-child.ts'

/** A statement stays short. */
const mostAtOnce = 500
/** So many times what is asked for, and not more, may be read to find it. */
const mostReadForOne = 50

type Turn = Pick<Governor, 'turn' | 'isShared'>

export class ReferredRows {
  readonly #session: Session
  readonly #parents: Parents
  #referrers: readonly Referrer[]
  readonly #governor: Turn | undefined
  readonly #atOnce: DeleteBatchSize
  /** Whose questions the server answers by the key. */
  readonly #judged = new Set<Referrer>()

  /** Each question is a turn of the governor. */
  constructor(session: Session, parents: Parents, referrers: readonly Referrer[], governor?: Turn) {
    this.#session = session
    this.#parents = parents
    this.#referrers = referrers.filter(({ asked }) => asked !== undefined)
    this.#governor = governor
    this.#atOnce = new DeleteBatchSize(() => governor?.isShared ?? false)
  }

  /** Whether there is a table to ask. */
  get isAsked(): boolean {
    return this.#referrers.length > 0
  }

  /** Rows of the archived table itself refer to others of it. */
  get isSelfReferring(): boolean {
    return this.#referrers.some(each => this.#isSelf(each))
  }

  /**
   * The rows that a delete would not take now, by `placeText`, each with who refers to it first. `own`: which rows of the
   * archived table itself count beside one that refers to itself; undefined: all of them.
   */
  async among(keys: readonly Position[], own?: Sql): Promise<ReadonlyMap<string, Referrer>> {
    const found = new Map<string, Referrer>()
    for (const referrer of this.#referrers) {
      const left = keys.filter(key => !found.has(placeText(key)))
      for (let from = 0; from < left.length; ) {
        const some = left.slice(from, from + Math.min(mostAtOnce, this.#atOnce.rows))
        from += some.length
        const work = (): Promise<readonly Position[] | undefined> => this.#ask(referrer, some, own)
        const referred = await (this.#governor ? this.#governor.turn(work) : work())
        if (!referred) break
        for (const key of referred) found.set(placeText(key), referrer)
      }
    }
    return found
  }

  /** Undefined: the server cannot tell, as after an ALTER of that table. Deletes find out for themselves what stays. */
  async #ask(
    referrer: Referrer,
    keys: readonly Position[],
    own: Sql | undefined,
  ): Promise<readonly Position[] | undefined> {
    const { table, key, columns } = this.#parents
    const keyColumns = columnsOfKey(key, columns)
    const referred: Position[] = []
    const begun = performance.now()
    try {
      const doing = `looking which rows ${tableText(referrer.table)} refers to`
      const select = sql`SELECT ${join(keyColumns.map(readSql))}, ${this.#oneOf(referrer, own)} AS ops_referred
        FROM ${tableSql(table)} AS ops_parent FORCE INDEX (${name(key.index)})
        WHERE ${among(keyColumns, keys)} HAVING ops_referred IS NOT NULL`
      if (!this.#judged.has(referrer)) {
        const { rows } = await explain(this.#session, select, doing)
        if (rows > mostReadForOne * Math.max(keys.length, 20)) return this.#askNoMore(referrer)
        this.#judged.add(referrer)
      }
      await this.#session.query(select, doing, {
        onRow: row => {
          const cells = cellsOf(row).slice(0, keyColumns.length)
          referred.push(cells.map(cell => (cell === null ? null : Buffer.from(cell))))
        },
      })
    } catch (thrown) {
      if (errorNumber(thrown) === undefined) throw thrown
      return this.#askNoMore(referrer)
    }
    this.#atOnce.learn(keys.length, performance.now() - begun)
    return referred
  }

  #askNoMore(referrer: Referrer): undefined {
    this.#referrers = this.#referrers.filter(each => each !== referrer)
  }

  /** NULL where none refers to it. Not EXISTS, of which servers make a read of the whole table where that is small. */
  #oneOf(referrer: Referrer, own: Sql | undefined): Sql {
    const { table, through, asked } = referrer
    const { link, index } = asked ?? { link: [], index: '' }
    const refers = sql`${tableSql(table)} AS ops_child FORCE INDEX (${name(index)})`
    if (through)
      return sql`(SELECT 1 FROM ${tableSql(through.table)} AS ops_with STRAIGHT_JOIN ${refers}
        ON ${equal('ops_child', link, 'ops_with')} WHERE ${equal('ops_with', through.link, 'ops_parent')} LIMIT 1)`
    const more = own && this.#isSelf(referrer) ? sql` AND (${own} OR ${this.#sameRow()})` : sql``
    return sql`(SELECT 1 FROM ${refers} WHERE ${equal('ops_child', link, 'ops_parent')}${more} LIMIT 1)`
  }

  /** A row that refers to itself cannot be deleted. */
  #sameRow(): Sql {
    const equals = this.#parents.key.columns.map(
      column => sql`${name('ops_child', column)} <=> ${name('ops_parent', column)}`,
    )
    return join(equals, ' AND ')
  }

  #isSelf({ table, through }: Referrer): boolean {
    return !through && tableText(table) === tableText(this.#parents.table)
  }
}

function equal(from: string, link: readonly LinkColumn[], to: string): Sql {
  return join(
    link.map(each => sql`${name(from, each.column)} = ${name(to, each.to)}`),
    ' AND ',
  )
}
