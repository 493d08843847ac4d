/** What can go wrong with a store: an `OpsError` whose `kind` tells callers what to do about it. */
import { type Changed, type ErrorCode, type ErrorData, OpsError } from '../base/errors.ts'

/**
 * - `absent`: no such object
 * - `taken`: the key holds other bytes, or the object is another one than it was
 * - `denied`: the store refuses us, and will again: rights, signature, no such bucket, another region
 * - `busy`: the store cannot now: slow down, an error of its own, out of space for a while
 * - `lost`: the connection ended or stalled before the answer was whole; whether a change was made is unknown
 * - `wrong`: bytes or answers that cannot be right: cut, other bytes, another size
 * - `unencrypted`: the store did not confirm the encryption that was asked for
 * - `failed`: anything else that another try would not mend: a full disk, a link in the way
 */
export type StoreErrorKind =
  | 'absent'
  | 'taken'
  | 'denied'
  | 'busy'
  | 'lost'
  | 'wrong'
  | 'unencrypted'
  | 'failed'

/** What a store error says; `changed` is whether an object was stored or taken away. */
export interface StoreErrorData extends Omit<ErrorData, 'code' | 'changed'> {
  /** Where no session with the store came about; otherwise it follows from the kind. */
  readonly code?: ErrorCode
  readonly changed: Changed
  readonly next: string
}

/** An error of a store. */
export class StoreError extends OpsError {
  readonly kind: StoreErrorKind
  /** The store's own word for it, such as `NoSuchKey`. */
  readonly word?: string
  /** The store asked not to be called for so long. */
  readonly retryAfterMs?: number
  constructor(
    kind: StoreErrorKind,
    data: StoreErrorData,
    options: { cause?: unknown; word?: string; retryAfterMs?: number | undefined } = {},
  ) {
    super({ code: kind === 'taken' ? 'moved' : 'failed', ...data }, options)
    this.name = 'StoreError'
    this.kind = kind
    if (options.word !== undefined) this.word = options.word
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
  }
}

/** Whether something is a store error of one of these kinds. */
export function isStoreError(thrown: unknown, ...kinds: readonly StoreErrorKind[]): thrown is StoreError {
  return thrown instanceof StoreError && (kinds.length === 0 || kinds.includes(thrown.kind))
}
