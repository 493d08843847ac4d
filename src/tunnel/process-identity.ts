/** Tells one process from a later one with the same number: by when it was started. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** When the process was started, in the system's own words; undefined when there is no such process. */
export async function startOf(pid: number): Promise<string | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

/** proc(5): field 22 is the start in clock ticks since the boot; the name, field 2, may hold blanks and parentheses. */
async function fromProc(pid: number): Promise<string | undefined> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'latin1'),
      readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
    ])
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? undefined : `${bootId.trim()} ${fields[18]}`
  } catch {
    return undefined
  }
}

function fromPs(pid: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
    execFile('ps', ['-o', 'lstart=', '-p', String(pid)], { env: environment }, (_error, stdout) =>
      resolve(stdout.trim() || undefined),
    )
  })
}
