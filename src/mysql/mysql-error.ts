/** Makes an error of ops of what a server or the driver said. */
import { type ErrorCode, errorDataOf, OpsError } from '../base/errors.ts'

/** The server's error numbers that ops acts on (MySQL and MariaDB, "Server Error Message Reference"). */
export const serverErrors = {
  duplicateKey: 1062,
  unknownCharacterSet: 1115,
  lockWaitTimeout: 1205,
  deadlock: 1213,
  /** Of a word that the server does not know at its place. */
  syntax: 1064,
  unknownType: 4161,
  unknownCollation: 1273,
  queryInterrupted: 1317,
  foreignKeyParent: 1451,
  checkOfMysql: 3819,
  checkOfMariadb: 4025,
} as const

const accessDenied = [1044, 1045, 1130, 1142, 1143, 1227, 1698, 4151]

const full = 'Make room on the disk of the server, then run the same command again.'
const again = 'Run the same command again.'

/** What to do about errors whose own words do not say it. */
const nextOf: Readonly<Record<number, string>> = {
  3: full,
  1021: full,
  1114: full,
  1153: 'Raise max_allowed_packet of the server: it is less than one row or statement needs.',
  1205: `Another transaction held rows or the table for too long. See which one (SHOW PROCESSLIST). ${again}`,
  1213: `Another transaction was in the way, and the server ended this one. ${again}`,
  1290: 'The server takes no writes now: name the one that rows are written to, or let this one write.',
  1317: `Somebody ended the statement (KILL, or a limit on time). ${again}`,
  1836: 'The server takes no writes now: name the one that rows are written to, or let this one write.',
  1969: `A limit of the server on time ended the statement. Raise it for this account. ${again}`,
  3024: `A limit of the server on time ended the statement. Raise it for this account. ${again}`,
}

interface DriverError extends Error {
  readonly code?: string
  readonly errno?: number
  readonly sqlMessage?: string
  readonly fatal?: boolean
}

/** The number of the server's error, or undefined for what is none. */
export function errorNumber(thrown: unknown): number | undefined {
  const cause = thrown instanceof OpsError ? thrown.cause : thrown
  const { errno, sqlMessage } = (cause ?? {}) as DriverError
  return sqlMessage === undefined ? undefined : errno
}

/** Which of these keys an error of a duplicate is about. MySQL 8 writes the table before it: `for key 't.name'`. */
export function duplicatedKey(
  thrown: unknown,
  keys: readonly { readonly name: string }[],
): string | undefined {
  const cause = thrown instanceof OpsError ? thrown.cause : thrown
  const { sqlMessage = '' } = (cause ?? {}) as DriverError
  const said = (name: string): boolean => sqlMessage.endsWith(`'${name}'`)
  const saidWithTable = (name: string): boolean => sqlMessage.endsWith(`.${name}'`)
  const found = keys.find(({ name }) => said(name)) ?? keys.find(({ name }) => saidWithTable(name))
  return found?.name
}

/** Whether the connection is gone, so that what the statement did is unknown. */
export function isLost(thrown: unknown): boolean {
  return thrown instanceof OpsError && thrown.data.code === 'lost'
}

/**
 * `source` is what the user called the server; `statement` what ops was about, as `reading app.events`. Codes: `lost` where
 * the connection is gone, `authentication` where the server refuses the login or a right, else `failed`.
 */
export function mysqlError(thrown: unknown, source: string, statement: string): OpsError {
  if (thrown instanceof OpsError) return thrown
  const error = thrown as DriverError
  const said = error.sqlMessage ?? errorDataOf(thrown).title
  const isAnswer = error.sqlMessage !== undefined
  const denied = accessDenied.includes(error.errno ?? 0)
  const code: ErrorCode = isAnswer ? (denied ? 'authentication' : 'failed') : 'lost'
  const number = isAnswer && error.errno !== undefined ? ` (${error.errno})` : ''
  const title = isAnswer
    ? `${source}: ${statement}: the server says: ${said}${number}`
    : `${source}: the connection was lost while ${statement}: ${said}`
  return new OpsError(
    {
      code,
      title,
      changed: isAnswer ? 'no' : 'unknown',
      ...(code === 'lost' && {
        next: 'Run the same command again: it looks at both sides first and goes on from there.',
      }),
      ...(isAnswer && nextOf[error.errno ?? 0] !== undefined && { next: nextOf[error.errno ?? 0] }),
      ...(denied && { next: 'Give the account that right, or name another account.' }),
    },
    { cause: thrown },
  )
}
