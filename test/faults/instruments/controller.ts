/** A controller under test: the built program as a process of its own, with a home, a cache and a deadline. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorData } from '../../../src/base/errors.ts'
import type { RunEvent } from '../../../src/run/events.ts'
import { cache, type Folder, folderWith, program } from '../../cli/run-ops.ts'
import { BrokenInvariant } from './broken.ts'

/** How a run of ops ended, and what it told. */
export interface Ran {
  /** 128 + n when signal n ended it. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
  readonly events: readonly RunEvent[]
  readonly errors: readonly ErrorData[]
  /** Of all hosts; undefined when the last line is no summary. */
  readonly statuses: readonly string[] | undefined
  /** Steps changed, over all hosts. */
  readonly changed: number
  /** Exit code and last words, for a person. */
  readonly tail: string
}

/** A run that has begun. */
export interface Running {
  readonly child: ChildProcess
  /** Resolves when a line of NDJSON fits, or when the run ends before. */
  seen(fits: (event: RunEvent) => boolean): Promise<RunEvent | undefined>
  /** Rejects with a broken I5 when it did not end within its deadline; it is killed then. */
  readonly ended: Promise<Ran>
}

export interface RunSettings {
  readonly env?: Readonly<Record<string, string>>
  /** The program and its first words instead of Node and ops: a wrapper such as `strace`. */
  readonly through?: readonly string[]
  /** Seconds that the run may take: I5. Default 60. */
  readonly withinSeconds?: number
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** A folder with recipes, from which ops is run. */
export class Controller {
  readonly folder: Folder
  /** Its TMPDIR: empty once a run is over. */
  readonly temporaryFolder: string

  constructor(files: Readonly<Record<string, string>>) {
    this.folder = folderWith(files)
    this.temporaryFolder = join(this.folder.path, 'tmp')
    mkdirSync(this.temporaryFolder)
  }

  /** Starts `ops ARGV --json`. */
  start(argv: readonly string[], { env = {}, through = [], withinSeconds = 60 }: RunSettings = {}): Running {
    const started = performance.now()
    const [command = '', ...words] = [...through, process.execPath, program, ...withJson(argv)]
    const child = spawn(command, words, {
      cwd: this.folder.path,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.folder.path,
        TMPDIR: this.temporaryFolder,
        XDG_CACHE_HOME: cache,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    const events: RunEvent[] = []
    const waiting = new Set<() => void>()
    let over = false
    const wake = (): void => {
      for (const each of waiting) each()
    }
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      events.push(...lines.flatMap(eventOf))
      wake()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output.stderr += text
    })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, withinSeconds * 1000)
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        clearTimeout(timer)
        over = true
        wake()
        const ran = ranOf(
          code ?? 128 + (signalNumbers[signal ?? ''] ?? 0),
          output,
          events,
          performance.now() - started,
        )
        if (isLate) reject(new BrokenInvariant('I5', `still running after ${withinSeconds} s: ${ran.tail}`))
        else resolve(ran)
      })
    })
    // Whoever waits is told; a test that broke elsewhere waits no more.
    ended.catch(() => undefined)
    const seen = (fits: (event: RunEvent) => boolean): Promise<RunEvent | undefined> =>
      new Promise(resolve => {
        const look = (): void => {
          const found = events.find(fits)
          if (!found && !over) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      })
    return { child, seen, ended }
  }

  /** Runs to the end. */
  run(argv: readonly string[], settings: RunSettings = {}): Promise<Ran> {
    return this.start(argv, settings).ended
  }

  remove(): void {
    this.folder.remove()
  }
}

/** What follows `--` is somebody else's command line. */
function withJson(argv: readonly string[]): string[] {
  const dashes = argv.indexOf('--')
  return dashes < 0 ? [...argv, '--json'] : [...argv.slice(0, dashes), '--json', ...argv.slice(dashes)]
}

function eventOf(line: string): RunEvent[] {
  try {
    return [JSON.parse(line) as RunEvent]
  } catch {
    return []
  }
}

function ranOf(
  code: number,
  output: { readonly stdout: string; readonly stderr: string },
  events: readonly RunEvent[],
  milliseconds: number,
): Ran {
  const last = eventOf(output.stdout.trimEnd().split('\n').at(-1) ?? '')[0]
  const summaries = last?.event === 'summary' ? Object.values(last.hosts) : undefined
  const errors = events.flatMap(each => (each.event === 'error' ? [each.error] : []))
  const words = errors.map(each => `${each.title} (changed: ${each.changed})`).join('; ')
  return {
    code,
    ...output,
    milliseconds,
    events,
    errors,
    statuses: summaries?.map(each => each.status),
    changed: summaries?.reduce((sum, each) => sum + each.changed, 0) ?? 0,
    tail: `exit ${code}: ${words || output.stderr.slice(-400) || output.stdout.slice(-400)}`,
  }
}
