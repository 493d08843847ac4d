/** The built program in processes that answer one command line after the other, in a folder and an environment of theirs. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Outcome } from './run-ops.ts'

const manyRuns = fileURLToPath(new URL('many-runs.mjs', import.meta.url))

export class Answering {
  readonly #all: ChildProcess[] = []
  readonly #idle: ChildProcess[] = []
  readonly #cwd: string
  readonly #env: Readonly<Record<string, string>>

  constructor(cwd: string, env: Readonly<Record<string, string>>) {
    this.#cwd = cwd
    this.#env = env
  }

  /** `ops ARGV`, with more in its environment; one more process where all have a command line already. */
  async answer(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const child = this.#idle.pop() ?? this.#another()
    const ended = new AbortController()
    const failed = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
      throw new Error(`the program that answers ended with ${code}`)
    })
    try {
      child.send({ argv, env })
      const [outcome] = await Promise.race([once(child, 'message', { signal: ended.signal }), failed])
      this.#idle.push(child)
      return outcome
    } finally {
      ended.abort()
      failed.catch(() => {})
    }
  }

  end(): void {
    for (const child of this.#all) child.kill()
  }

  #another(): ChildProcess {
    const child = fork(manyRuns, {
      cwd: this.#cwd,
      env: this.#env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#all.push(child)
    return child
  }
}
