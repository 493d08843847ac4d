/** Whom to become on the hosts, and how a password for it is come by. */
import { createInterface } from 'node:readline'
import { inputError } from '../base/errors.ts'
import type { Become } from '../transport/transport.ts'
import type { CommonSettings } from './flags.ts'
import type { ReportSession } from './report-session.ts'

/**
 * One for all hosts of a run, so that a password is asked for once. With `--ask-become-pass` it is asked for before
 * anything is contacted; otherwise only when a host's sudo wants one and somebody is there to ask.
 */
export async function becomeOf(
  settings: Pick<CommonSettings, 'becomeUser' | 'askBecomePassword'>,
  session: Pick<ReportSession, 'prompts' | 'secrets'>,
): Promise<Become | undefined> {
  const { becomeUser: user, askBecomePassword } = settings
  if (user === undefined) return undefined
  const { prompts, secrets } = session
  let answer: Promise<string> | undefined
  const ask = (): Promise<string> => {
    answer ??= (prompts ? prompts.secret('Password for sudo on the hosts') : firstInputLine()).then(
      password => {
        secrets.add(password)
        return password
      },
    )
    return answer
  }
  if (askBecomePassword) {
    await ask()
    return { user, password: ask }
  }
  return prompts ? { user, password: ask } : { user }
}

/** For scripts: `ops apply ... --ask-become-pass < password-file`. */
async function firstInputLine(): Promise<string> {
  if (process.stdin.isTTY) {
    throw inputError('--ask-become-pass cannot ask here: stderr is no terminal, or --json was given', {
      next: 'Give the password as the first line of stdin: `... --ask-become-pass < FILE`.',
    })
  }
  const lines = createInterface({ input: process.stdin, terminal: false })
  try {
    for await (const line of lines) return line
  } finally {
    lines.close()
    process.stdin.destroy()
  }
  throw inputError('--ask-become-pass found no password: standard input is empty')
}
