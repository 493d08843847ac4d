/** What a host's run has come to, from the error that ended it. */
import type { ErrorCode } from '../base/errors.ts'

export type HostStatus =
  | 'ok'
  | 'drift'
  | 'failed'
  | 'unreachable'
  | 'lost'
  | 'locked'
  | 'moved'
  | 'reverted'
  | 'interrupted'
  /** An undo that could not take all of it back, or left what others have changed. */
  | 'not-whole'
  /** Too many others failed before its turn. */
  | 'not-begun'

/** The status of a host whose run ended with such an error. */
export function statusOf(code: ErrorCode): HostStatus {
  if (
    code === 'lost' ||
    code === 'locked' ||
    code === 'moved' ||
    code === 'reverted' ||
    code === 'interrupted'
  )
    return code
  if (code === 'unreachable' || code === 'authentication' || code === 'host-key') return 'unreachable'
  return 'failed'
}
