/** The private folder of one sandbox, and the sweeping of those whose process was killed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'ops-sandbox-'

/**
 * A new 0700 folder named after this process; it goes at the latest when the process exits. What a killed
 * process left (keys only: the sandbox itself dies with it) is removed by the next one.
 */
export function makeFolder(): { path: string; remove(): void } {
  sweep()
  const path = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}.${startOf('self')}-`))
  mkdirSync(join(path, 'layers'), { mode: 0o755 })
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(path, { recursive: true, force: true })
  }
  process.on('exit', remove)
  return { path, remove }
}

function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^ops-sandbox-(\d+)\.(\d+)-/.exec(name)
    if (!owner) continue
    const path = join(tmpdir(), name)
    try {
      if (statSync(path).uid !== process.getuid?.() || startOf(owner[1] ?? '') === owner[2]) continue
      rmSync(path, { recursive: true, force: true })
    } catch {
      // Gone already, or another sweep is at it.
    }
  }
}

/** When a process began, in clock ticks since boot: with it a number that was used again is told apart. */
function startOf(pid: string): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
