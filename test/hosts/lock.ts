/** A lock between processes of this machine that the kernel frees by itself when its holder dies. */
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** Waits for the lock on `path`, does `work`, and lets go, whatever comes of it. */
export async function withLock<T>(path: string, work: () => Promise<T> | T): Promise<T> {
  mkdirSync(dirname(path), { recursive: true })
  // Node has no flock(2): a child holds it, and ends with its standard input, so with this process.
  const holder = spawn('flock', ['--no-fork', path, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>(resolve => holder.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject)
    holder.stdout.once('data', () => resolve())
    holder.once('close', () => reject(new Error(`could not lock ${path}`)))
  })
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await ended
  }
}
