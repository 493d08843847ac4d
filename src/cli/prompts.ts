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
  const ask = <Answer>(question: (library: Library) => Promise<Answer>): Promise<Answer> => {
    const turn = queue.then(() => report.aside(async () => question(await import('@inquirer/prompts'))))
    queue = turn.catch(() => {})
    return turn
  }
  const context = { output: process.stderr }
  return {
    confirm: message => ask(library => library.confirm({ message, default: false }, context)),
    secret: message => ask(library => library.password({ message, mask: false }, context)),
    text: (message, { initial, validate } = {}) =>
      ask(library =>
        library.input(
          { message, ...(initial !== undefined && { default: initial }), ...(validate && { validate }) },
          context,
        ),
      ),
    select: (message, choices, initial) =>
      ask(library =>
        library.select(
          { message, choices: [...choices], ...(initial !== undefined && { default: initial }) },
          context,
        ),
      ),
  }
}

type Library = typeof import('@inquirer/prompts')
