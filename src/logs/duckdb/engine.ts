/** Answers SQL over log rows with DuckDB, in this process: a table in a file of its own, gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorDataOf, inputError, OpsError } from '../../base/errors.ts'
import type { Answer, Cell, SqlColumn, SqlType } from '../answer.ts'
import { Fifo } from '../fifo.ts'
import { type DuckdbConnection, type DuckdbInstance, loadDuckdb } from './load.ts'
import { type Parsed, usedColumns } from './used-columns.ts'

/** Above this DuckDB goes to disk. */
const memoryLimit = '200MB'
/** A row is at most a line of 4 MiB with all odd bytes spelled out. */
const longestRowBytes = 17 << 20

/** The pipe that rows come by. */
const rowsName = 'rows'

const types: Readonly<Record<SqlType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMP',
}

export class DuckdbEngine {
  readonly #folder: string
  readonly #instance: DuckdbInstance
  readonly #connection: DuckdbConnection

  private constructor(folder: string, instance: DuckdbInstance, connection: DuckdbConnection) {
    this.#folder = folder
    this.#instance = instance
    this.#connection = connection
  }

  /** @throws OpsError `input` where DuckDB is not installed. */
  static async open(): Promise<DuckdbEngine> {
    const { DuckDBInstance } = loadDuckdb()
    const folder = mkdtempSync(join(tmpdir(), 'ops-logs-'))
    try {
      const instance = await DuckDBInstance.create(join(folder, 'logs.db'), {
        memory_limit: memoryLimit,
        temp_directory: join(folder, 'temp'),
        // It must never wait for a network that is not there.
        autoinstall_known_extensions: 'false',
      })
      const connection = await instance.connect()
      await shutIn(connection, join(folder, rowsName))
      return new DuckdbEngine(folder, instance, connection)
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

  /** Fills the table from CSV without a header. `rows` says how many there were, once all are handed out. */
  async load(columns: readonly SqlColumn[], csv: AsyncIterable<Buffer>, rows: () => number): Promise<void> {
    const path = join(this.#folder, rowsName)
    const fifo = await Fifo.make(path)
    const asText = columns.map(({ name }) => `${literal(name)}: 'VARCHAR'`).join(', ')
    const cells = columns.map(({ name, type }) => {
      return type === 'text' ? quoted(name) : `TRY_CAST(${quoted(name)} AS ${types[type]})`
    })
    let failure: unknown
    const inserted = this.#connection
      .run(
        `INSERT INTO logs SELECT ${cells.join(', ')} FROM read_csv(${literal(path)}, columns = {${asText}},
        auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', nullstr = '-', new_line = '\\n',
        max_line_size = ${longestRowBytes}, buffer_size = ${longestRowBytes})`,
      )
      .catch((error: unknown) => {
        failure = error
        return fifo.abandon()
      })
    try {
      for await (const piece of csv) {
        await fifo.write(piece)
        if (failure !== undefined) break
      }
    } finally {
      await fifo.close()
      await inserted
      rmSync(path, { force: true })
    }
    if (failure !== undefined) throw failed(failure)
    const counted = await this.#connection.runAndReadAll('SELECT count(*) FROM logs')
    const loaded = Number(counted.getRows()[0]?.[0])
    if (loaded !== rows()) throw failed(`of ${rows()} rows ${loaded} came to the table`)
  }

  async answer(query: string): Promise<Answer> {
    try {
      const result = await this.#connection.stream(selectOf(query))
      const columns = result.columnNames()
      const isNumber = columns.map((_, index) =>
        /INT|DOUBLE|FLOAT|DECIMAL/.test(String(result.columnType(index))),
      )
      return { columns, isNumber, rows: cellRows(result.yieldRows()) }
    } catch (error) {
      throw failed(error)
    }
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
async function shutIn(connection: DuckdbConnection, rows: string): Promise<void> {
  await connection.run(`SET allowed_paths = [${literal(rows)}]`)
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
}

async function* cellRows(batches: AsyncIterable<unknown[][]>): AsyncGenerator<readonly (readonly Cell[])[]> {
  try {
    for await (const rows of batches) yield rows.map(row => row.map(cellOf))
  } catch (error) {
    throw failed(error)
  }
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return value
  return String(value)
}

function failed(error: unknown): OpsError {
  return new OpsError({ code: 'failed', title: `DuckDB: ${errorDataOf(error).title}`, changed: 'no' })
}

const selectOf = (query: string) => query.replace(/[\s;]+$/, '')
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
