/** Whether a program can be found on the PATH. */
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(':').some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
