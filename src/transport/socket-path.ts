/** Which paths of unix sockets can be forwarded: those that both backends spell the same way. */
import { inputError } from '../base/errors.ts'

/** The path as it is. @throws OpsError `input` where the command line of ssh would read it otherwise. */
export function checkedSocketPath(path: string): string {
  if (/^\/[^\s:\\[\]\p{Cc}]+$/u.test(path) && Buffer.byteLength(path) < 108) return path
  throw inputError(`${JSON.stringify(path)} is not the path of a socket that can be forwarded`, {
    next: 'Write an absolute path of less than 108 bytes, without spaces, colons, brackets and backslashes.',
  })
}
