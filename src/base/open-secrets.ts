/** Files with secrets that every user of this machine may read: remembered as they are read, and told with the plan. */
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const found = new Set<string>()

/** To be called with each file that a secret was read from. */
export function noteIfOpen(file: string): void {
  try {
    const path = realpathSync(file)
    const { mode } = statSync(path)
    // A pipe is for whoever opened it; a folder that is closed to others closes all below it.
    if (!statSync(path).isFile() || (mode & 0o004) === 0 || !isWayOpen(dirname(path))) return
    found.add(
      `Every user of this machine may read ${file}, which holds a secret (mode ${(mode & 0o777).toString(8)}): chmod go= ${file}`,
    )
  } catch {}
}

/** A sentence for each. */
export function openSecretNotes(): readonly string[] {
  return [...found]
}

function isWayOpen(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false
  return folder === dirname(folder) || isWayOpen(dirname(folder))
}
