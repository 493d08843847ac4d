/** Finds DuckDB, which is no part of ops: 71 MB that only `ops logs sql` needs. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { inputError } from '../../base/errors.ts'
import { packageFolder } from '../../base/package-folder.ts'

/** The part of `@duckdb/node-api` that is used here. */
export interface DuckdbModule {
  readonly DuckDBInstance: {
    create(path: string, options: Readonly<Record<string, string>>): Promise<DuckdbInstance>
  }
  readonly DuckDBDataChunk: { create(types: readonly DuckdbType[]): DuckdbChunk }
  readonly BIGINT: DuckdbType
  readonly DOUBLE: DuckdbType
  readonly TIMESTAMP: DuckdbType
  readonly VARCHAR: DuckdbType
}

/** The part of `@duckdb/node-bindings`, which the above stands on, that is used here. */
export interface DuckdbBindings {
  data_chunk_get_vector(chunk: unknown, column: number): DuckdbVector
  vector_assign_string_element_len(vector: DuckdbVector, row: number, text: Uint8Array): void
  vector_get_data(vector: DuckdbVector, bytes: number): Uint8Array
  vector_ensure_validity_writable(vector: DuckdbVector): void
  copy_data_to_vector(
    vector: DuckdbVector,
    at: number,
    from: ArrayBuffer,
    fromAt: number,
    bytes: number,
  ): void
  copy_data_to_vector_validity(
    vector: DuckdbVector,
    at: number,
    from: ArrayBuffer,
    fromAt: number,
    bytes: number,
  ): void
}

export type DuckdbType = { readonly __duckdbType: true }
export type DuckdbVector = { readonly __duckdb_type: 'duckdb_vector' }

export interface DuckdbChunk {
  readonly chunk: unknown
  rowCount: number
  reset(): void
}

export interface DuckdbAppender {
  appendDataChunk(chunk: DuckdbChunk): void
  closeSync(): void
}

export interface Duckdb {
  readonly api: DuckdbModule
  readonly bindings: DuckdbBindings
}

export interface DuckdbInstance {
  connect(): Promise<DuckdbConnection>
  closeSync(): void
}

export interface DuckdbConnection {
  run(sql: string): Promise<unknown>
  prepare(sql: string): Promise<{ destroySync(): void }>
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>
  stream(sql: string): Promise<DuckdbResult>
  createAppender(table: string): Promise<DuckdbAppender>
  interrupt(): void
  closeSync(): void
}

export interface DuckdbResult {
  columnNames(): string[]
  columnType(index: number): { toString(): string }
  yieldRows(): AsyncIterable<unknown[][]>
}

const packageName = '@duckdb/node-api'
const bindingsName = '@duckdb/node-bindings'

/**
 * Where it is looked for: beside ops, in the project that one stands in, and where `npm install -g` puts it. ops itself is
 * elsewhere when what npm installed is a link to a clone, and the name it was started by still tells where the link is.
 */
function* duckdbFolders(): Generator<string> {
  yield packageFolder
  yield process.cwd()
  for (const program of [process.argv[1], process.execPath])
    if (program !== undefined) yield join(dirname(program), '../lib')
}

/** Of all folders where it may be. @throws OpsError `input` where it is not installed. */
export function loadDuckdb(): Duckdb {
  for (const folder of duckdbFolders()) {
    const require = createRequire(join(folder, 'package.json'))
    let path: string
    try {
      path = require.resolve(packageName)
    } catch {
      continue
    }
    return { api: require(path), bindings: createRequire(path)(bindingsName) }
  }
  throw inputError(`logs sql needs DuckDB (${packageName}), which is not installed`, {
    next: `Install it beside ops: npm install -g ${packageName} (or without -g, in this folder).`,
  })
}
