/** One connection to PostgreSQL, pinned so that its text means the same everywhere, and no name is found but by its schema. */
import { OpsError } from '../base/errors.ts'
import type { CopyIn, PostgresAnswer, PostgresDriver } from './driver.ts'
import { postgresError } from './postgres-error.ts'

const pins = `SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres';
SET standard_conforming_strings = on; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET search_path = pg_catalog;
SET quote_all_identifiers = off; SET row_security = off; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '10s'; SET client_min_messages = error`

/** One statement at a time. */
export class PgSession {
  /** What the user called the server. */
  readonly source: string
  readonly #driver: PostgresDriver
  /** Rows that are on their way: until that has ended, a statement would wait behind them for ever. */
  #copying: CopyIn | undefined
  #version = 0

  constructor(source: string, driver: PostgresDriver) {
    this.source = source
    this.#driver = driver
  }

  /** For comparisons: 15.3 is 150003. */
  get version(): number {
    return this.#version
  }

  get processId(): number {
    return this.#driver.processId
  }

  /** Why the connection is gone, once it is. */
  get lost(): string | undefined {
    return this.#driver.lost
  }

  /** Runs the settings above; call it once, right after the login. */
  async pin(): Promise<this> {
    await this.query(pins, 'preparing the session')
    this.#version = Number(await this.value('SHOW server_version_num', 'preparing the session'))
    // Each came with a version of its own.
    await this.query(
      `SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout')`,
      'preparing the session',
    )
    // A backend that is at work does not notice else that ops is gone, and would hold the lock of its table.
    if (this.#version >= 140_000)
      await this.query(`SET client_connection_check_interval = '2s'`, 'preparing the session')
    return this
  }

  /** @throws OpsError `failed`, `authentication` or `lost`; its cause is the driver's error (see `sqlState`). */
  async query(text: string, doing: string, values?: readonly (string | null)[]): Promise<PostgresAnswer> {
    if (this.#copying) throw new Error(`${doing}: rows are still on their way in this session`)
    try {
      return await this.#driver.query(text, values)
    } catch (thrown) {
      throw postgresError(thrown, this.source, doing)
    }
  }

  /** Rows by column name. */
  async records(
    text: string,
    doing: string,
    values?: readonly (string | null)[],
  ): Promise<Record<string, string | null>[]> {
    const { names, rows } = await this.query(text, doing, values)
    return rows.map(row => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])))
  }

  /** The first cell of the first row; undefined without a row. */
  async value(
    text: string,
    doing: string,
    values?: readonly (string | null)[],
  ): Promise<string | null | undefined> {
    const { rows } = await this.query(text, doing, values)
    return rows[0]?.[0]
  }

  /** Rows that are written as lines of COPY's text format; a transaction that is taken back stops them. */
  copyIn(text: string, doing: string): Omit<CopyIn, 'fail'> {
    const copy = this.#driver.copyIn(text)
    this.#copying = copy
    const told = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work
      } catch (thrown) {
        throw postgresError(thrown, this.source, doing)
      }
    }
    return {
      write: lines => told(copy.write(lines)),
      end: async () => {
        const rows = await told(copy.end())
        this.#copying = undefined
        return rows
      },
    }
  }

  async #stopCopying(): Promise<void> {
    const copy = this.#copying
    this.#copying = undefined
    await copy?.fail()
  }

  /**
   * Runs work in a transaction: committed when it resolves, taken back when it rejects.
   * @throws what `work` threw; OpsError `lost` says `changed: no`, but where the connection was lost while it was committed.
   */
  async transaction<T>(work: () => Promise<T>, doing: string): Promise<T> {
    await this.query('BEGIN', doing)
    let result: T
    try {
      result = await work()
    } catch (thrown) {
      await this.#stopCopying()
      if (this.lost === undefined) await this.query('ROLLBACK', doing).catch(() => undefined)
      throw notCommitted(thrown)
    }
    await this.query('COMMIT', doing)
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

/** A server takes back what was not committed, also where nobody could tell it to. */
function notCommitted(thrown: unknown): unknown {
  if (!(thrown instanceof OpsError) || thrown.data.code !== 'lost' || thrown.data.changed !== 'unknown')
    return thrown
  const next = 'Nothing was committed: the target is as it was. Run the same command again.'
  return new OpsError({ ...thrown.data, changed: 'no', next }, { cause: thrown.cause })
}
