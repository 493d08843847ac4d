/** A project in a throw-away home, with the real git and the built program. */
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { quote } from '../../src/shell/quote.ts'
import { apart } from '../apart.mjs'
import { Answering } from '../cli/answering.ts'
import { cache, type Outcome, program } from '../cli/run-ops.ts'
import type { Host } from '../hosts/host.ts'

export class TestProject {
  readonly home = mkdtempSync(join(tmpdir(), 'ops-git-remote-'))
  readonly folder: string
  readonly #environment: Record<string, string>
  readonly #answering: Answering

  /** `name` is the folder's, and so by default the repository's. */
  constructor(name: string, sshConfig: string) {
    this.folder = join(this.home, name)
    mkdirSync(this.folder)
    this.#environment = {
      PATH: process.env.PATH ?? '',
      HOME: this.home,
      GIT_SSH_COMMAND: `ssh -F ${sshConfig} -o BatchMode=yes`,
      GIT_CONFIG_NOSYSTEM: '1',
    }
    writeFileSync(
      join(this.home, '.gitconfig'),
      '[user]\n\tname = Test\n\temail = test@example.com\n[init]\n\tdefaultBranch = main\n',
    )
    this.#answering = new Answering(this.folder, { ...this.#environment, XDG_CACHE_HOME: cache })
    onTestFinished(() => {
      this.#answering.end()
      rmSync(this.home, { recursive: true })
    })
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  /** Git as a person would use it here; must succeed. */
  async git(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryGit(...words)
    if (code !== 0) throw new Error(`git ${words.join(' ')} ended with ${code}: ${stderr}`)
    return stdout.trim()
  }

  tryGit(...words: readonly string[]): Promise<Outcome> {
    return this.#run('git', words)
  }

  /** A first commit on main. */
  async committed(): Promise<this> {
    await this.git('init', '--quiet')
    this.write('read me.txt', 'hello\n')
    await this.commit('first')
    return this
  }

  async commit(message: string): Promise<void> {
    await this.git('add', '--all')
    await this.git('commit', '--quiet', '--allow-empty', '--message', message)
  }

  /** `ops git-remote ...` in the project's folder, without a terminal. */
  ops(...words: readonly string[]): Promise<Outcome> {
    return this.#answering.answer(['git-remote', ...words])
  }

  /** The same with a lock of runs of its own. */
  opsApart(...words: readonly string[]): Promise<Outcome> {
    const [first = '', ...rest] = [...apart, process.execPath, program, 'git-remote', ...words]
    return this.#run(first, rest)
  }

  /** `ops git-remote ...` on a terminal of its own, each answer typed when its question is seen. Gives all that was shown. */
  async onTerminal(
    words: readonly string[],
    answers: readonly (readonly [RegExp, string])[],
  ): Promise<string> {
    const command = [process.execPath, program, 'git-remote', ...words].map(quote).join(' ')
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: this.folder,
      env: { ...this.#environment, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const left = [...answers]
    let said = ''
    let seen = 0
    for await (const chunk of child.stdout) {
      said += String(chunk)
      const [question, answer] = left[0] ?? []
      if (!question?.test(said.slice(seen))) continue
      left.shift()
      seen = said.length
      child.stdin.write(answer ?? '')
    }
    if (left.length > 0) throw new Error(`never asked ${left[0]?.[0]}:\n${said}`)
    return said
  }

  /** The same as `ops`, ended by SIGKILL as soon as a step whose name begins so has changed. */
  async killedAfter(step: string, words: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [program, 'git-remote', ...words, '--json'], {
      cwd: this.folder,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = new Promise(resolve => child.once('close', resolve))
    let reached = false
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line)
      if (event.event !== 'step' || event.status !== 'changed' || !event.step.startsWith(step)) continue
      reached = true
      child.kill('SIGKILL')
    }
    await ended
    if (!reached) throw new Error(`the run never reached ${step}`)
  }

  #run(command: string, words: readonly string[]): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const options = { cwd: this.folder, env: this.#environment, maxBuffer: 1 << 26, timeout: 60_000 }
      const child = execFile(command, [...words], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code
        if (typeof code === 'number') resolve({ code, stdout, stderr })
        else reject(error ?? new Error('no exit code'))
      })
      child.stdin?.end()
    })
  }
}

/** The hash of everything that a clone would check out, taken by cloning as somebody else would. */
export async function treeOfClone(host: Host, url: string): Promise<string> {
  const command = `cd "$(mktemp -d)" && git clone --quiet '${url}' clone && git -C clone rev-parse 'HEAD^{tree}'`
  return (await host.read(command)).trim()
}

/** The counts of a run with `--json`. */
export function countsOf(outcome: Outcome): {
  readonly ok: number
  readonly changed: number
  readonly status: string
} {
  const last = outcome.stdout.trim().split('\n').at(-1) ?? ''
  const [summary] = Object.values(JSON.parse(last).hosts as Record<string, never>)
  return summary ?? { ok: 0, changed: 0, status: 'none' }
}
