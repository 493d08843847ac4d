/** A terminal that a test types into and reads, as a person would. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { cache } from './run-ops.ts'

/** A real terminal of 80 by 16, its own tmux server. */
export class Terminal {
  readonly #socket: string
  constructor(cwd: string, command: string, env: Readonly<Record<string, string>> = {}) {
    this.#socket = join(mkdtempSync(join(cwd, 'tmux-')), 'socket')
    const variables = Object.entries({ HOME: cwd, XDG_CACHE_HOME: cache, ...env }).flatMap(
      ([name, value]) => ['-e', `${name}=${value}`],
    )
    // The shell stays, so that the screen can still be read when the program has ended.
    const shell = `cd '${cwd}'; ${command}; echo "ended with $?"; sleep 60`
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '16', ...variables, shell)
  }
  screen(...flags: string[]): string {
    return this.#tmux('capture-pane', '-p', '-S', '-200', ...flags)
  }
  type(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }
  /** Waits until the screen shows a text, and answers with the screen. */
  async shows(text: string): Promise<string> {
    for (let tries = 0; tries < 2000; tries++) {
      const screen = this.screen()
      if (screen.includes(text)) return screen
      await wait(50)
    }
    throw new Error(`the terminal never showed ${JSON.stringify(text)}, but:\n${this.screen()}`)
  }
  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server'])
  }
  #tmux(...argv: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...argv], { encoding: 'utf8' })
  }
}
