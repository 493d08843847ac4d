/**
 * One connection to a MySQL or MariaDB server, pinned so that bytes stay bytes: no character set is converted, times are
 * UTC, and what the server, the account or its `init_connect` set otherwise plays no part.
 */
import { performance } from 'node:perf_hooks'
import type { Answer, Driver, StatementOptions } from './driver-connection.ts'
import { mysqlError } from './mysql-error.ts'
import { type Sql, sql } from './sql.ts'
import { cellsOf } from './wire-row.ts'

export type Cell = Buffer | null

/** What server this is. */
export interface ServerVersion {
  readonly flavor: 'mariadb' | 'mysql'
  /** As the server says it. */
  readonly text: string
  /** For comparisons: 10.11.6 is 101106, 5.6.24 is 50624. */
  readonly number: number
}

/**
 * What every session begins with. `sql_mode` is lenient on purpose: rows hold what older, more lenient days let in (zero
 * dates, the 31st of a shorter month, empty enums), and each job compares hashes instead of trusting the server's strictness.
 */
const settings = sql`SET NAMES binary, time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', autocommit = 1,
      net_write_timeout = 600, net_read_timeout = 600, wait_timeout = 28800, sql_safe_updates = 0,
      sql_big_selects = 1, sql_select_limit = DEFAULT, sql_quote_show_create = 1, sql_auto_is_null = 0,
      innodb_lock_wait_timeout = 1, lock_wait_timeout = 5, foreign_key_checks = 1, unique_checks = 1`

/** And what each flavor has for itself. */
function settingsOf({ flavor, number }: ServerVersion): Sql {
  // A limit on how long a statement may run is for the server's own users; each flavor has its own name for it.
  if (flavor === 'mysql') return number >= 50708 ? sql`, max_execution_time = 0` : sql``
  // MariaDB makes a subquery of a long IN list, and then reads the whole table for it.
  const lists = number >= 100_318 ? sql`, in_predicate_conversion_threshold = 0` : sql``
  return sql`, max_statement_time = 0${lists}`
}

/** One statement at a time; those that are given meanwhile wait their turn. */
export class Session {
  /** What the user called the server. */
  readonly source: string
  readonly version: ServerVersion
  readonly #driver: Driver
  /** How many it has sent. */
  statements = 0
  /** The shortest that an answer was waited for: the way there and back, and hardly more. */
  #tripMs = Number.POSITIVE_INFINITY

  constructor(source: string, driver: Driver) {
    this.source = source
    this.#driver = driver
    this.version = versionOf(driver.serverVersion)
  }

  /** The server's number of this connection: what KILL takes. */
  get threadId(): number {
    return this.#driver.threadId
  }

  /** Why the connection is gone, once it is. */
  get lost(): string | undefined {
    return this.#driver.lost
  }

  /** Makes the settings above; call it once, right after the login. */
  async pin(): Promise<this> {
    const doing = 'preparing the session'
    await this.query(sql`${settings}${settingsOf(this.version)}`, doing)
    await this.query(sql`SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED`, doing)
    return this
  }

  /**
   * Runs a statement; rows come as the server's bytes. `doing` is for errors: `reading app.events`.
   * @throws OpsError `failed`, `authentication` or `lost`; its cause is the driver's error (see `errorNumber`).
   */
  async query(statement: Sql, doing: string, options?: StatementOptions): Promise<Answer> {
    this.statements += 1
    const begun = performance.now()
    try {
      const answer = await this.#driver.query(statement, options)
      const tookMs = performance.now() - begun
      this.#tripMs = Math.min(this.#tripMs, tookMs)
      return answer
    } catch (thrown) {
      throw mysqlError(thrown, this.source, doing)
    }
  }

  /** Answers with what the server takes for the statements from here on, in milliseconds: however far away it is. */
  stopwatch(): () => number {
    const begun = performance.now()
    const before = this.statements
    return () => {
      const sent = this.statements - before
      return performance.now() - begun - (sent === 0 ? 0 : sent * this.#tripMs)
    }
  }

  /** The rows' cells as bytes. */
  async cells(statement: Sql, doing: string): Promise<Cell[][]> {
    return (await this.query(statement, doing)).rows.map(cellsOf)
  }

  /** The rows as text by column name: for the server's own tables, never for rows of a user. */
  async records(statement: Sql, doing: string): Promise<Record<string, string | null>[]> {
    const { names, rows } = await this.query(statement, doing)
    return rows.map(row => {
      const cells = cellsOf(row)
      return Object.fromEntries(names.map((name, index) => [name, cells[index]?.toString('utf8') ?? null]))
    })
  }

  /** The first cell of the first row as text; undefined without a row. */
  async value(statement: Sql, doing: string): Promise<string | null | undefined> {
    const [row] = await this.cells(statement, doing)
    return row === undefined ? undefined : (row[0]?.toString('utf8') ?? null)
  }

  /** Runs work in a transaction: committed when it resolves, taken back when it rejects. */
  async transaction<T>(work: () => Promise<T>, doing: string): Promise<T> {
    await this.query(sql`START TRANSACTION`, doing)
    let result: T
    try {
      result = await work()
    } catch (thrown) {
      if (this.lost === undefined) await this.query(sql`ROLLBACK`, doing).catch(() => undefined)
      throw thrown
    }
    await this.query(sql`COMMIT`, doing)
    return result
  }

  async close(): Promise<void> {
    await this.#driver.end()
  }

  /** Ends the connection at once: the server takes back what was not committed. */
  destroy(): void {
    this.#driver.destroy()
  }
}

/** MariaDB of 10 and later puts `5.5.5-` before its own version for old clients (Protocol, "Initial Handshake Packet"). */
export function versionOf(text: string): ServerVersion {
  const own = text.replace(/^5\.5\.5-(?=\d)/, '')
  const [, major = '0', minor = '0', patch = '0'] = /^(\d+)\.(\d+)\.(\d+)/.exec(own) ?? []
  return {
    flavor: /mariadb/i.test(text) ? 'mariadb' : 'mysql',
    text: own,
    number: Number(major) * 10_000 + Number(minor) * 100 + Number(patch),
  }
}
