/** The engines that `ops logs sql` is tested with, which are no part of ops: where they are, or why they are not. */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What .ci/run installs once and keeps. */
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ops-test')

const duckdbModules = join(cache, 'duckdb/node_modules')

/** True when DuckDB is at hand; `duckdbReason` says how to get it. */
export const hasDuckdb: boolean = existsSync(join(duckdbModules, '@duckdb/node-api'))
export const duckdbReason = `tests with DuckDB need \`npm install --prefix ${join(cache, 'duckdb')} @duckdb/node-api\``

/** Installs DuckDB in a folder, as a project that asks with it would have it. */
export function putDuckdb(folder: string): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(join(duckdbModules, '@duckdb'), join(folder, 'node_modules/@duckdb'))
}
