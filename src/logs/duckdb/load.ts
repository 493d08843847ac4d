/** Finds DuckDB, which is no part of ops: 71 MB that only `ops logs sql` needs. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inputError } from '../../base/errors.ts'
import { packageFolder } from '../../base/package-folder.ts'

/** The part of `@duckdb/node-api` that is used here. */
export interface DuckdbModule {
  readonly DuckDBInstance: {
    create(path: string, options: Readonly<Record<string, string>>): Promise<DuckdbInstance>
  }
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
  interrupt(): void
  closeSync(): void
}

export interface DuckdbResult {
  columnNames(): string[]
  columnType(index: number): { toString(): string }
  yieldRows(): AsyncIterable<unknown[][]>
}

const packageName = '@duckdb/node-api'

/** Beside ops, or in the project that one stands in. @throws OpsError `input` where it is not installed. */
export function loadDuckdb(): DuckdbModule {
  for (const folder of [packageFolder, join(process.cwd(), '/')]) {
    const require = createRequire(join(folder, 'package.json'))
    let path: string
    try {
      path = require.resolve(packageName)
    } catch {
      continue
    }
    return require(path) as DuckdbModule
  }
  throw inputError(`logs sql needs DuckDB (${packageName}), which is not installed`, {
    next: `Install it beside ops: npm install -g ${packageName} (or without -g, in this folder).`,
  })
}
