/** A mysqld that a test has started on this machine: awaited until it takes connections, and ended. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Waits until its error log says that it is ready. Gives what ends it at once and removes its folder.
 * @throws Error with the end of the log when it ends, or is not ready in time.
 */
export async function startedServer(
  child: ChildProcess,
  { name, log, folder, withinMs }: Readonly<{ name: string; log: string; folder: string; withinMs: number }>,
): Promise<() => Promise<void>> {
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    kill()
    await gone
    process.off('exit', kill)
    rmSync(folder, { recursive: true, force: true })
  }
  const said = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  const deadline = Date.now() + withinMs
  while (!said().includes('ready for connections')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const end = said().slice(-3000)
      await stop()
      throw new Error(`${name} did not start:\n${end}`)
    }
    await pause(20)
  }
  return stop
}
