/** Makes an error of ops of what PostgreSQL or its driver said. */
import { type ErrorCode, errorDataOf, OpsError } from '../base/errors.ts'

/** The server's words, where it is the server that speaks (PostgreSQL, "Appendix A. PostgreSQL Error Codes"). */
export interface ServerSaid extends Error {
  readonly code?: string
  readonly severity?: string
  readonly detail?: string
  readonly where?: string
}

/** The five letters of the server's error, or undefined for what is none. */
export function sqlState(thrown: unknown): string | undefined {
  const cause = (thrown instanceof OpsError ? thrown.cause : thrown) as ServerSaid | undefined
  return cause?.severity === undefined ? undefined : cause.code
}

/** What to do about states whose own words do not say it. */
const nextOf: Readonly<Record<string, string>> = {
  23505:
    'A unique key of the target is in the way, as of two rows that swap their values: drop it, or let it be a constraint DEFERRABLE INITIALLY DEFERRED, which is looked at when all rows are there.',
}

const deniedStates = ['42501', '28000', '28P01', '3D000']

/**
 * `source` is what the user called the server; `doing` what ops was about, as `writing staging.users`. Codes: `lost` where
 * the connection is gone, `authentication` where the server refuses the login or a right, else `failed`.
 */
export function postgresError(thrown: unknown, source: string, doing: string): OpsError {
  if (thrown instanceof OpsError) return thrown
  const error = thrown as ServerSaid
  const state = sqlState(thrown)
  const isAnswer = state !== undefined && !state.startsWith('57P')
  const isDenied = state !== undefined && deniedStates.includes(state)
  const code: ErrorCode = isAnswer ? (isDenied ? 'authentication' : 'failed') : 'lost'
  const said = errorDataOf(thrown).title
  const detail = [error.detail, error.where].filter(each => each !== undefined && each !== '').join('\n')
  return new OpsError(
    {
      code,
      title: isAnswer
        ? `${source}: ${doing}: the server says: ${said} (${state})`
        : `${source}: the connection was lost while ${doing}: ${said}`,
      ...(detail !== '' && { detail }),
      changed: isAnswer ? 'no' : 'unknown',
      ...(code === 'lost' && {
        next: 'Run the same command again: it looks at both sides first and goes on from there.',
      }),
      ...(isAnswer && nextOf[state] !== undefined && { next: nextOf[state] }),
      ...(isDenied && { next: 'Give the account that right, or name another account.' }),
    },
    { cause: thrown },
  )
}
