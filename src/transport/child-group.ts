/** Child processes that lead a group of their own (`detached`), which ends with them. */

import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { childEnvironment } from '../base/child-environment.ts'
import { hasPipes, noDescriptors } from '../base/with-pipes.ts'

const lookEveryMs = 20
/** What is left of a group after its leader gets this long before it is killed. */
const graceMs = 300

/** Resolves when a child, and what is left of the group that it leads, has ended; also when a stray holds its output open. */
export async function endOfGroup(child: ChildProcess): Promise<void> {
  let closed = false
  await new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
    child.once('close', () => {
      closed = true
      resolve()
    })
  })
  for (let waitedMs = 0; waitedMs < graceMs; waitedMs += lookEveryMs) {
    if (closed && !signalGroup(child, 0)) return
    await pause(lookEveryMs)
  }
  signalGroup(child, 'SIGKILL')
}

/** False where no process of the group is left. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    return pid !== undefined && process.kill(-pid, signal)
  } catch {
    return false
  }
}

export interface Answer {
  readonly stdout: string
  readonly stderr: string
  /** Why there is no answer; undefined after exit code 0. */
  readonly problem?: 'missing' | 'silent' | 'failed'
}

const running = new Set<ChildProcess>()
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A program that is asked something by ops must not outlive it; a group of its own gets no Ctrl-C of the terminal. */
function endWithUs(signal: NodeJS.Signals): void {
  for (const child of running) signalGroup(child, 'SIGKILL')
  // Whoever else listens has plans of its own for the signal.
  if (process.listenerCount(signal) > 1) return
  process.off(signal, endWithUs)
  process.kill(process.pid, signal)
}

/** Runs a program to its end within a time; it and all that it started are killed then. Never rejects. */
export async function askProgram(
  program: string,
  words: readonly string[],
  timeoutMs: number,
): Promise<Answer> {
  const child = spawn(program, words, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: childEnvironment(),
  })
  if (!hasPipes(child)) {
    child.once('error', () => undefined)
    return { stdout: '', stderr: noDescriptors, problem: 'failed' }
  }
  if (running.size === 0) for (const signal of signals) process.on(signal, endWithUs)
  running.add(child)
  let problem: Answer['problem']
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text
    })
  const timer = setTimeout(() => {
    problem = 'silent'
    signalGroup(child, 'SIGKILL')
  }, timeoutMs)
  child.once('error', (error: NodeJS.ErrnoException) => {
    problem = error.code === 'ENOENT' ? 'missing' : 'failed'
    said.stderr ||= error.message
  })
  child.once('exit', code => {
    if (code !== 0) problem ??= 'failed'
  })
  await endOfGroup(child)
  clearTimeout(timer)
  running.delete(child)
  if (running.size === 0) for (const signal of signals) process.off(signal, endWithUs)
  for (const stream of [child.stdout, child.stderr]) stream.destroy()
  return { ...said, ...(problem && { problem }) }
}
