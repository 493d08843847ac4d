/** Answers SQL over log rows with DuckDB, in this process: a table in a file of its own, gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorDataOf, inputError } from '../../base/errors.ts'
import type { Answer, SqlColumn, SqlType } from '../answer.ts'
import type { Span } from '../row-sink.ts'
import { type Begun, cellRows } from './answer-rows.ts'
import type { ColumnWriter } from './column-writer.ts'
import { duckdbError, isTooLittleMemory, mostMemory } from './duckdb-error.ts'
import { type Duckdb, type DuckdbConnection, type DuckdbInstance, loadDuckdb } from './load.ts'
import { type Cast, RowLoader } from './row-loader.ts'
import { type Parsed, usedColumns } from './used-columns.ts'

/** With how much memory a table is made at first. */
const leastMemory = (columns: number) => `${6 + 4 * columns}MB`
const types: Readonly<Record<SqlType, 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'TIMESTAMP'>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMP',
}

export class DuckdbEngine {
  readonly #duckdb: Duckdb
  readonly #folder: string
  readonly #instance: DuckdbInstance
  readonly #connection: DuckdbConnection

  private constructor(
    duckdb: Duckdb,
    folder: string,
    instance: DuckdbInstance,
    connection: DuckdbConnection,
  ) {
    this.#duckdb = duckdb
    this.#folder = folder
    this.#instance = instance
    this.#connection = connection
  }

  /** @throws OpsError `input` where DuckDB is not installed. */
  static async open(): Promise<DuckdbEngine> {
    const duckdb = loadDuckdb()
    const folder = mkdtempSync(join(tmpdir(), 'ops-logs-'))
    try {
      const instance = await duckdb.api.DuckDBInstance.create(join(folder, 'logs.db'), {
        memory_limit: mostMemory,
        temp_directory: join(folder, 'temp'),
        // It must never wait for a network that is not there.
        autoinstall_known_extensions: 'false',
      })
      const connection = await instance.connect()
      await shutIn(connection)
      return new DuckdbEngine(duckdb, folder, instance, connection)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /**
   * Checks the query against an empty table, and answers with the columns that it needs, in order.
   * @throws OpsError `input` for what is no SELECT that can run.
   */
  async prepare(query: string, columns: readonly SqlColumn[]): Promise<readonly SqlColumn[]> {
    const parsed = await this.#parse(query)
    await this.#makeTable(columns)
    const problem = await this.#problemOf(query)
    if (problem !== undefined) {
      const names = columns.map(column => column.name).join(', ')
      throw inputError(problem, { next: `The table is logs, its columns are ${names}.` })
    }
    const names = usedColumns(
      parsed,
      columns.map(column => column.name),
    )
    const used = columns.filter(column => names.includes(column.name))
    await this.#makeTable(used)
    if ((await this.#problemOf(query)) === undefined) return used
    await this.#makeTable(columns)
    return columns
  }

  /** Fills the table. `rows` says how many there were, once all are handed out. */
  async load(
    columns: readonly SqlColumn[],
    spans: AsyncIterable<Span<ColumnWriter>>,
    rows: () => number,
  ): Promise<void> {
    const { api, bindings } = this.#duckdb
    // Vectors are handed over one by one: a second thread would only wait for the next, and take time for that.
    await this.#connection.run('SET threads = 1')
    await this.#limitMemory(leastMemory(columns.length))
    const chunk = api.DuckDBDataChunk.create(columns.map(({ type }) => api[types[type]]))
    await this.#connection.run('BEGIN')
    const appender = await this.#connection.createAppender('logs')
    const loader = new RowLoader(bindings, chunk, appender, this.#cast)
    let isLarge = false
    for await (const { sink, from, to } of spans) {
      try {
        if (!isLarge && loader.isMuch(sink, from, to)) {
          isLarge = true
          await this.#limitMemory(mostMemory)
        }
        await loader.add(sink, from, to)
      } catch (error) {
        throw duckdbError(error)
      }
    }
    try {
      appender.closeSync()
      await this.#connection.run('COMMIT')
    } catch (error) {
      throw duckdbError(error)
    }
    await this.#connection.run('RESET threads')
    const counted = await this.#connection.runAndReadAll('SELECT count(*) FROM logs')
    const loaded = Number(counted.getRows()[0]?.[0])
    if (loaded !== rows()) throw duckdbError(`of ${rows()} rows ${loaded} came to the table`)
  }

  /** Most questions are answered in as little memory as most tables are made in: it is tried first. */
  async answer(query: string): Promise<Answer> {
    try {
      const begun = await this.#begin(query).catch((error: unknown) => {
        if (!isTooLittleMemory(error)) throw error
        return undefined
      })
      await this.#limitMemory(mostMemory)
      const { result, first, rest } = begun ?? (await this.#begin(query))
      const columns = result.columnNames()
      const isNumber = columns.map((_, index) =>
        /INT|DOUBLE|FLOAT|DECIMAL/.test(String(result.columnType(index))),
      )
      return { columns, isNumber, rows: cellRows(first, rest) }
    } catch (error) {
      throw duckdbError(error)
    }
  }

  /** Runs it up to its first rows. */
  async #begin(query: string): Promise<Begun> {
    const result = await this.#connection.stream(selectOf(query))
    const rest = result.yieldRows()[Symbol.asyncIterator]()
    return { result, first: await rest.next(), rest }
  }

  /** By a connection of its own: the other one may have an answer under way. */
  async #limitMemory(limit: string): Promise<void> {
    const connection = await this.#instance.connect()
    await connection.run(`SET memory_limit = '${limit}'`)
    connection.closeSync()
  }

  /** Ends what runs, as somebody asked for it. */
  interrupt(): void {
    this.#connection.interrupt()
  }

  close(): void {
    this.#connection.closeSync()
    this.#instance.closeSync()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  readonly #cast: Cast = async (type, texts) => {
    const values = texts.map(text => `(${literal(text)})`).join()
    const cast = `SELECT TRY_CAST(text AS ${types[type]}) FROM (VALUES ${values}) t(text)`
    const result = await this.#connection.runAndReadAll(cast)
    return result.getRows().map(row => (row[0] ?? null) as bigint | number | null)
  }

  async #parse(query: string): Promise<Parsed> {
    const result = await this.#connection.runAndReadAll(
      `SELECT json_serialize_sql(${literal(selectOf(query))})`,
    )
    const parsed = JSON.parse(String(result.getRows()[0]?.[0])) as Parsed
    const isOther = parsed.error && /Only SELECT/.test(parsed.error_message)
    if (parsed.error && !isOther) throw inputError(`the query cannot be run: ${parsed.error_message}`)
    if (!parsed.error && parsed.statements.length === 1) return parsed
    throw inputError('logs sql takes one SELECT', {
      next: "Such as ops logs sql 'SELECT status, count(*) FROM logs GROUP BY status' FILE.",
    })
  }

  async #makeTable(columns: readonly SqlColumn[]): Promise<void> {
    const list = columns.map(({ name, type }) => `${quoted(name)} ${types[type]}`)
    await this.#connection.run(`CREATE OR REPLACE TABLE logs (${list.join(', ')})`)
  }

  async #problemOf(query: string): Promise<string | undefined> {
    try {
      const statement = await this.#connection.prepare(selectOf(query))
      statement.destroySync()
      return undefined
    } catch (error) {
      return errorDataOf(error).title.split('\n')[0]
    }
  }
}

/** A query reads the logs that were named and nothing else of this machine: it may come from somebody else. */
async function shutIn(connection: DuckdbConnection): Promise<void> {
  await connection.run('SET enable_external_access = false')
}

const selectOf = (query: string) => query.replace(/[\s;]+$/, '')
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
