/** A secret that could not be had, as an error with what to do about it. */
import { type ErrorData, inputError, type SourceLocation } from '../base/errors.ts'
import type { FetchedSecret } from './secret-program.ts'

/** `what` is the secret's flag or name. */
export function secretError(
  what: string,
  { problem, next }: Extract<FetchedSecret, { readonly problem: string }>,
  where?: SourceLocation,
): ErrorData {
  return inputError(`${what}: ${problem}`, {
    ...(where && { where }),
    next: next ?? 'Put that right, or give the secret another way: @FILE, or a program (age:FILE, op://...).',
  }).data
}
