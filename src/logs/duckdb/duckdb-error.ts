/** What DuckDB says where it fails, and with how much memory it has to come by. */
import { errorDataOf, OpsError } from '../../base/errors.ts'

/** What it needs beyond goes to disk, or is too much for it. */
export const mostMemory = '200MB'

const tooLittleMemory = /out of memory|failed to (pin|allocate|offload)|could not allocate/i

export const isTooLittleMemory = (error: unknown): boolean => tooLittleMemory.test(errorDataOf(error).title)

/** DuckDB advises settings of its own in the lines after the first, which nobody can make here. */
export function duckdbError(error: unknown): OpsError {
  const [title = ''] = errorDataOf(error).title.split('\n')
  const next = isTooLittleMemory(error)
    ? {
        next: `ops gives DuckDB ${mostMemory} at most. Ask for fewer columns, or for less of the log (--since).`,
      }
    : {}
  return new OpsError({ code: 'failed', title: `DuckDB: ${title}`, changed: 'no', ...next })
}
