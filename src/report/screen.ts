/** The two outputs of the process as the report sees them. */
import { type Style, styleFor } from './style.ts'

/** Where text goes. Writing never throws: a reader that went away must not end a run half-way. */
export interface Screen {
  readonly out: (text: string) => void
  readonly error: (text: string) => void
  /** Resolves when a reader who is slower than what is written has caught up; undefined while none is. */
  readonly drained: () => Promise<void> | undefined
  /** True when stdout is a terminal that can be redrawn. */
  readonly isTerminal: boolean
  columns(): number
  rows(): number
  readonly style: Style
  readonly errorStyle: Style
}

let silenced = false
let unwritten: Error | undefined

/** Why part of the output did not get to where it should; a reader who went away wanted no more of it. */
export function lostOutput(): Error | undefined {
  return unwritten
}

/** The real outputs of this process. */
export function processScreen(): Screen {
  const { stdout, stderr, env } = process
  if (!silenced) {
    silenced = true
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') unwritten ??= error
    })
    stderr.on('error', () => {})
  }
  const isTerminal = stdout.isTTY === true && env.TERM !== 'dumb'
  return {
    out: text => write(stdout, text),
    error: text => write(stderr, text),
    drained: () => {
      const behind = [stdout, stderr].filter(stream => stream.writableNeedDrain && !stream.destroyed)
      return behind.length === 0 ? undefined : Promise.all(behind.map(caughtUp)).then(() => undefined)
    },
    isTerminal,
    columns: () => (stdout.isTTY ? stdout.columns || 80 : 100),
    rows: () => (stdout.isTTY ? stdout.rows || 24 : 24),
    style: styleFor(stdout.isTTY === true, env),
    errorStyle: styleFor(stderr.isTTY === true, env),
  }
}

/** Also when the reader goes away: nothing is waited for then. */
function caughtUp(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => {
    const settle = (): void => {
      for (const event of ['drain', 'close', 'error']) stream.off(event, settle)
      resolve()
    }
    for (const event of ['drain', 'close', 'error']) stream.once(event, settle)
  })
}

function write(stream: NodeJS.WriteStream, text: string): void {
  if (stream.destroyed || stream.writableEnded) return
  try {
    stream.write(text)
  } catch {
    // The reader is gone: what is being done on the hosts matters more than telling it.
  }
}
