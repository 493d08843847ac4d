/** One long-lived shell on one host: sends whole scripts, counts trips, and tells an end from a loss. */
import { setTimeout as pause } from 'node:timers/promises'
import { OpsError } from '../base/errors.ts'
import { addSpent, nothingSpent, type Spent } from '../shell/clock.ts'
import { type Frame, FrameReader, withoutHeaders } from '../shell/frame.ts'
import { environment, lookFunctions, newRunNames, type RunNames, wrapTrip } from '../shell/runtime.ts'
import type { RemoteProcess } from '../transport/transport.ts'

export interface TripListener {
  /** A header on stdout or stderr, as soon as it is seen. */
  header?(kind: string, args: readonly string[]): void
  /** A whole frame on stdout. */
  frame?(frame: Frame): void
  /** A whole frame on stderr. */
  errorFrame?(frame: Frame): void
  /** What a running step prints, as it comes. */
  output?(step: string, text: string): void
}

export interface TripOptions extends TripListener {
  /** Send heartbeats from now on, between trips too: the script has a watcher, and may leave one behind. */
  readonly heartbeat?: boolean
  readonly wantsDetail?: boolean
  /** Milliseconds without any byte from the host after which the trip is given up. */
  readonly silenceMs: number
}

const heartbeatMs = 2000
/** The two streams are not ordered against each other: after the end on stdout, stderr gets this long. */
const stderrGraceMs = 1500
const endGraceMs = 1500

/** A shell; `ready` rejects when it never came to be, with what kept it from that. */
export type SessionShell = RemoteProcess & { readonly ready?: Promise<void> }

/** A shell on one host. Lives as long as the run; not to be used after a trip was lost. */
export class Session {
  readonly host: string
  readonly names: RunNames
  #process: SessionShell
  #trips = 0
  #tripMs = 0
  #spent = nothingSpent
  /** Said again with each heartbeat: a shell that reads ahead may have eaten it the first time. */
  #word: 'stop' | 'kill' | undefined
  #beat: NodeJS.Timeout | undefined

  constructor(host: string, process: SessionShell, names: RunNames = newRunNames()) {
    this.names = names
    this.host = host
    this.#process = process
    this.#process.stdin.on('error', () => {})
  }

  /** Requests with a reply so far, logins not counted. */
  get trips(): number {
    return this.#trips
  }

  /** How long its trips took, the login that the first one waits for included, and what of that the host has spent on what. */
  get spent(): Spent & { readonly trips: number } {
    return { ...this.#spent, trips: this.#tripMs }
  }

  /** Writes a line that the watcher on the host understands: `stop` at the next step, `kill` the running one. */
  command(word: 'stop' | 'kill'): void {
    this.#word = word
    this.#process.stdin.write(`: ${word}\n`)
  }

  /** Ends the shell, which frees the host's lock. */
  close(): void {
    clearInterval(this.#beat)
    this.#process.stdin.end()
    this.#process.close()
  }

  /**
   * Sends one script and waits for its end frame.
   * @throws OpsError `lost` when the shell ended, or fell silent, before that.
   */
  trip(script: string, options: TripOptions): Promise<void> {
    this.#trips++
    this.#word = undefined
    const startedAt = performance.now()
    const { stdin, stdout, stderr, ended, ready } = this.#process
    return new Promise<void>((resolve, reject) => {
      let grace: NodeJS.Timeout | undefined
      const noise: Buffer[] = []
      const over = { stdout: false, stderr: false }
      let silence: NodeJS.Timeout | undefined
      let finished = false
      const watchSilence = () => {
        if (finished) return
        silence = setTimeout(() => fail(`said nothing for ${options.silenceMs / 1000} s`), options.silenceMs)
      }
      // Somebody may be typing the password for sudo: until the shell is there, its opener watches the time.
      if (ready) ready.then(watchSilence, () => {})
      else watchSilence()

      const finish = (error?: Error) => {
        finished = true
        this.#tripMs += performance.now() - startedAt
        this.#word = undefined
        if (error) clearInterval(this.#beat)
        clearTimeout(grace)
        clearTimeout(silence)
        stdout.off('data', onStdout)
        stderr.off('data', onStderr)
        if (error) reject(error)
        else resolve()
      }
      const fail = (why: string) => {
        const heard = Buffer.concat([...noise, errorReader.unfinished]).toString('utf8')
        const said = withoutHeaders(heard, this.names.secret).trim().slice(-2000)
        finish(lost(this.host, why, said))
      }
      const readerFor = (stream: 'stdout' | 'stderr') =>
        new FrameReader(this.names.secret, {
          header: (kind, args) => {
            if (kind !== 'end') return options.header?.(kind, args)
            over[stream] = true
            if (over.stdout && over.stderr) finish()
            else if (over.stdout) grace = setTimeout(() => finish(), stderrGraceMs)
          },
          frame: frame => {
            if (frame.kind === 'spent') this.#spent = addSpent(this.#spent, frame.args)
            return stream === 'stdout' ? options.frame?.(frame) : options.errorFrame?.(frame)
          },
          live: kind => stream === 'stderr' && kind === 'run',
          text: (_kind, args, text) => options.output?.(args[0] ?? '', text),
        })
      const reader = readerFor('stdout')
      const errorReader = readerFor('stderr')
      const take = (target: FrameReader) => (chunk: Buffer) => {
        silence?.refresh()
        if (target === errorReader && noise.length < 8) noise.push(chunk.subarray(0, 2000))
        try {
          target.push(chunk)
        } catch (error) {
          fail(error instanceof Error ? error.message : String(error))
        }
      }
      const onStdout = take(reader)
      const onStderr = take(errorReader)
      stdout.on('data', onStdout)
      stderr.on('data', onStderr)
      void ended.then(async ending => {
        if (over.stdout) return
        // A refused sudo also ends as a shell that said nothing: its own word on that comes first.
        const refusal = await ready?.then(() => undefined, errorOf)
        if (refusal) {
          // Nothing of it was run.
          this.#trips--
          return finish(refusal)
        }
        // The last bytes of a shell behind sudo can arrive a moment after its end.
        if (!('lost' in ending)) await pause(endGraceMs)
        if (finished) return
        const why =
          'code' in ending
            ? `its shell ended with exit code ${ending.code}`
            : 'signal' in ending
              ? `its shell was killed by ${ending.signal}`
              : ending.lost
        fail(why)
      })
      stdin.write(
        wrapTrip(
          `${environment(this.names, options.wantsDetail ?? false)}${lookFunctions}${script}\nops_frame end >&2; ops_frame end`,
        ),
      )
      if (options.heartbeat)
        this.#beat ??= setInterval(() => stdin.write(this.#word ? `: ${this.#word}\n` : ':\n'), heartbeatMs)
    })
  }
}

function lost(host: string, why: string, said: string): OpsError {
  return new OpsError({
    code: 'lost',
    title: `the connection to ${host} was lost: ${why}`,
    host,
    ...(said && { said }),
    changed: 'unknown',
    next: 'Run the same command again: it looks first, and does only what is still to do.',
  })
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
