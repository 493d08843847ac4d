/** Why a file cannot be read, in words: one that is missing is another thing than one that is closed to this user. */
import { accessSync, constants } from 'node:fs'

/** Undefined where it can. */
export function fileProblem(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK)
    return undefined
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
    return code === 'EACCES' ? 'this user may not read it, or not enter a folder above it' : message
  }
}
