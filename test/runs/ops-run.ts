/** A run of the built program that a test can watch and kill: its NDJSON events as they come. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { RunEvent } from '../../src/run/events.ts'
import { type Folder, program } from '../cli/run-ops.ts'

export interface WatchedRun {
  readonly child: ChildProcess
  readonly events: readonly RunEvent[]
  /** Resolves with the first event that fits, or undefined when the program ends before one did. */
  seen(fits: (event: RunEvent) => boolean): Promise<RunEvent | undefined>
  /** Exit code, or null when it was killed. */
  readonly ended: Promise<number | null>
}

/** Starts `ops VERB --json WORD...` in a folder. */
export function watchOps(folder: Folder, [verb = '', ...words]: readonly string[]): WatchedRun {
  const child = spawn(process.execPath, [program, verb, '--json', ...words], {
    cwd: folder.path,
    env: { PATH: process.env.PATH ?? '', HOME: folder.path },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const events: RunEvent[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const each of waiting) each()
  }
  let over = false
  const ended = new Promise<number | null>(resolve => {
    child.once('close', code => {
      over = true
      wake()
      resolve(code)
    })
  })
  createInterface({ input: child.stdout }).on('line', line => {
    events.push(JSON.parse(line) as RunEvent)
    wake()
  })
  const seen = (fits: (event: RunEvent) => boolean) =>
    new Promise<RunEvent | undefined>(resolve => {
      const look = () => {
        const found = events.find(fits)
        if (!found && !over) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { child, events, seen, ended }
}

/** `ops WORD...` on a terminal of its own, told yes once it asks this. Gives all that was shown. */
export async function onTerminal(
  folder: Folder,
  words: readonly string[],
  question: string,
): Promise<string> {
  const command = [process.execPath, program, ...words].map(word => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder.path,
    env: { PATH: process.env.PATH ?? '', HOME: folder.path, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  let isAsked = false
  for await (const chunk of child.stdout) {
    shown += String(chunk)
    if (isAsked || !shown.includes(question)) continue
    isAsked = true
    child.stdin.write('y\r')
  }
  if (!isAsked) throw new Error(`never asked ${question}:\n${shown}`)
  return shown
}
