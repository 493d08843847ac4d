/** The one place where errors are made: a code, what happened, what is true now and what to do next. */

/** Where in a recipe something was written. Lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column?: number
}

/**
 * Stable names of what can go wrong; `exitCodeOf` maps each to the documented exit code.
 * - `input`: refused before anything was contacted
 * - `unreachable`, `authentication`, `host-key`: no session came about
 * - `lost`: the connection ended without an end frame; the state is unknown
 * - `locked`: another run holds the host
 * - `failed`, `not-converged`, `undone`, `unstable`: a step went wrong on the host
 * - `moved`: somebody else changed what the plan was made from
 * - `reverted`: a change was taken back
 * - `interrupted`: the operator stopped the run
 */
export type ErrorCode =
  | 'input'
  | 'unreachable'
  | 'authentication'
  | 'host-key'
  | 'lost'
  | 'locked'
  | 'failed'
  | 'not-converged'
  | 'undone'
  | 'unstable'
  | 'moved'
  | 'reverted'
  | 'interrupted'

/** Whether the host differs from before, as far as is proved. */
export type Changed = 'yes' | 'no' | 'unknown'

/** What an error says, as plain data: rendered by report/, written as is into NDJSON. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly title: string
  readonly detail?: string
  readonly host?: string
  readonly step?: string
  readonly where?: SourceLocation
  /** The command as it was run, secrets masked. */
  readonly command?: string
  /** The last output of that command, secrets masked. */
  readonly said?: string
  readonly changed?: Changed
  /** What to do next, as one or more sentences. */
  readonly next?: string
}

/** An error that carries `ErrorData`; anything else that is thrown is a defect of ops itself. */
export class OpsError extends Error {
  readonly data: ErrorData
  constructor(data: ErrorData, options?: { cause?: unknown }) {
    super(data.title, options)
    this.name = 'OpsError'
    this.data = data
  }
}

/** Many input errors, shown together before anything is contacted (exit 3). */
export class InputErrors extends Error {
  readonly errors: readonly ErrorData[]
  constructor(errors: readonly ErrorData[]) {
    super(errors.map(each => each.title).join('\n'))
    this.name = 'InputErrors'
    this.errors = errors
  }
}

/** Shortens making an input error. `next` says how to put it right. */
export function inputError(title: string, rest: Omit<ErrorData, 'code' | 'title'> = {}): OpsError {
  return new OpsError({ code: 'input', title, changed: 'no', ...rest })
}

/** The error's data, whatever was thrown. Errors that are not ours keep their message as the title. */
export function errorDataOf(thrown: unknown, code: ErrorCode = 'failed'): ErrorData {
  if (thrown instanceof OpsError) return thrown.data
  if (thrown instanceof Error) return { code, title: thrown.message }
  return { code, title: String(thrown) }
}

/** The same error in other words: `words` makes them of its data. Its cause stays the same. */
export function retold(thrown: unknown, words: (data: ErrorData) => Partial<ErrorData>): OpsError {
  const data = errorDataOf(thrown)
  const cause = thrown instanceof OpsError ? thrown.cause : thrown
  return new OpsError({ ...data, ...words(data) }, { cause })
}

/** The first of what was wrong, for a line that has room for one. */
export function firstErrorOf(thrown: unknown, code?: ErrorCode): ErrorData {
  const [first] = thrown instanceof InputErrors ? thrown.errors : []
  return first ?? errorDataOf(thrown, code)
}
