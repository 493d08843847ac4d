/** Where running tunnels leave word of themselves: folders of this user alone. */
import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { inputError } from '../base/errors.ts'
import { makeFolder } from '../base/make-folder.ts'

/** The folder to write to, made private. @throws OpsError `input` */
export function stateFolder(): string {
  const [folder = ''] = stateFolders()
  try {
    makeFolder(folder, 0o700)
    const stat = statSync(folder)
    if (stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0) return folder
  } catch (error) {
    throw inputError(`${folder} cannot be made: ${(error as Error).message}`, {
      next: 'Set XDG_STATE_HOME to a folder that can be written to.',
    })
  }
  throw inputError(`${folder} is open to other users`, { next: `Run: chmod 700 ${folder}` })
}

/** All folders in which there may be tunnels of this user: sessions with and without a runtime folder. */
export function stateFolders(): readonly string[] {
  const { XDG_RUNTIME_DIR: runtime, XDG_STATE_HOME: state } = process.env
  const lasting = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local/state')
  const session = runtime !== undefined && isAbsolute(runtime) ? [runtime] : []
  return [...session, lasting].map(folder => join(folder, 'ops/socks'))
}
