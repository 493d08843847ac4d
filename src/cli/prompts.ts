/** Questions to the person at the terminal; the library behind them is loaded with the first question. */
import type { Report } from '../report/report.ts'

/** One question at a time, with the live view out of the way. */
export interface Prompts {
  confirm(question: string): Promise<boolean>
  /** What is typed is not shown. */
  secret(question: string): Promise<string>
  text(question: string, options?: TextOptions): Promise<string>
  select(question: string, choices: readonly string[], initial?: string): Promise<string>
}

export interface TextOptions {
  readonly initial?: string
  /** `true`, or what is wrong with it. */
  readonly validate?: (value: string) => true | string
}

/** True when there is a person to ask. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Prompts on stderr: stdout is for results. */
export function terminalPrompts(report: Pick<Report, 'aside'>): Prompts {
  let queue: Promise<unknown> = Promise.resolve()
  const ask = <Answer>(
    question: (library: Library, context: Context) => Promise<Answer>,
  ): Promise<Answer> => {
    const turn = queue.then(() =>
      report.aside(async () => {
        const library = await import('@inquirer/prompts')
        await forgetTyped()
        return untilClosed(signal => question(library, { output: process.stderr, signal }))
      }),
    )
    queue = turn.catch(() => {})
    return turn
  }
  return {
    confirm: message => ask((library, context) => library.confirm({ message, default: false }, context)),
    secret: message => ask((library, context) => library.password({ message, mask: false }, context)),
    text: (message, { initial, validate } = {}) =>
      ask((library, context) =>
        library.input(
          { message, ...(initial !== undefined && { default: initial }), ...(validate && { validate }) },
          context,
        ),
      ),
    select: (message, choices, initial) =>
      ask((library, context) =>
        library.select(
          { message, choices: [...choices], ...(initial !== undefined && { default: initial }) },
          context,
        ),
      ),
  }
}

type Library = typeof import('@inquirer/prompts')
type Context = { readonly output: NodeJS.WritableStream; readonly signal: AbortSignal }

/** How long nothing may come before all that was typed is taken for read. */
const quietMs = 60
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const ctrlC = 3

/** What was typed before a question is shown cannot be its answer. */
async function forgetTyped(): Promise<void> {
  const { stdin } = process
  if (stdin.isTTY !== true || stdin.readableEnded) return
  // Without raw mode a line that was not ended yet would stay in the terminal, for the question to find.
  stdin.setRawMode(true)
  const stopped = await new Promise<boolean>(resolve => {
    let asksToStop = false
    const onData = (chunk: Buffer | string): void => {
      asksToStop ||= Buffer.from(chunk).includes(ctrlC)
      timer.refresh()
    }
    const timer = setTimeout(() => {
      stdin.off('data', onData)
      resolve(asksToStop)
    }, quietMs)
    stdin.on('data', onData)
    stdin.resume()
  })
  stdin.pause()
  stdin.setRawMode(false)
  if (stopped) throw Object.assign(new Error('Ctrl-C before the question'), { name: 'ExitPromptError' })
}

/** A signal, Ctrl-D, or a terminal that goes away, closes the line that is typed: the library would wait for ever then. */
async function untilClosed<Answer>(question: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const { stdin } = process
  const closed = new AbortController()
  const onKey = (
    _text: string | undefined,
    key: { readonly ctrl?: boolean; readonly name?: string },
  ): void => {
    // On a line with text in it, Ctrl-D only takes a letter away.
    if (key.ctrl === true && key.name === 'd') setImmediate(() => stdin.isPaused() && closed.abort())
  }
  const onEnd = (): void => closed.abort()
  stdin.on('keypress', onKey)
  stdin.once('end', onEnd)
  for (const signal of stopSignals) process.on(signal, onEnd)
  if (stdin.readableEnded) closed.abort()
  try {
    return await question(closed.signal)
  } finally {
    stdin.off('keypress', onKey)
    stdin.off('end', onEnd)
    for (const signal of stopSignals) process.off(signal, onEnd)
  }
}
