/**
 * Opens a shell on the host as the wanted user.
 *
 * The good case costs the opening of one channel and no more: the first line on the shell's input makes it print a
 * nonce, and the caller's script may follow at once. Where `sudo -n` was refused no shell ever reads that script:
 * the missing nonce tells, the password is asked for, and the script is sent again to the shell that then runs.
 */
import { randomBytes } from 'node:crypto'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { badPassword, passwordError, type ShellFailure, shellError } from './become-errors.ts'
import { ReplayInput } from './replay-input.ts'
import { beginAttempt, type ShellAttempt } from './shell-attempt.ts'
import type { Become, Ending, FirstProgram, RemoteProcess, Transport } from './transport.ts'

/** A `/bin/sh` that reads its script from stdin. Its stdout holds nothing that was printed before it ran. */
export interface ShellProcess extends RemoteProcess {
  /**
   * Resolves when the shell has proved that it runs as the wanted user. Rejects with an OpsError
   * (`authentication` or `lost`) when there is none: nothing that was written has been run then.
   * Writing need not wait for it.
   */
  readonly ready: Promise<void>
}

/**
 * Longest wait for a shell to prove itself. Name services and PAM may be slow, and so may what the login shell reads first:
 * bash reads ~/.bashrc under sshd, and pyenv in there waits up to a minute for a lock of its own.
 */
const defaultProofTimeoutMs = 120_000

/** Hosts that refused `sudo -n` in this run: each further try would be logged there as a failed login. */
const refusals = new WeakMap<Become, Set<string>>()

/**
 * Opens a shell as `become.user`, or as the login user; without sudo where that is the same user. It must prove
 * itself within `proofTimeoutMs`; the time in which somebody types a password does not count.
 * @throws OpsError when no channel can be opened; what goes wrong later rejects `ready`.
 */
export async function openShell(
  transport: Transport,
  become?: Become,
  proofTimeoutMs = defaultProofTimeoutMs,
): Promise<ShellProcess> {
  const shell = new Shell(become, proofTimeoutMs)
  await shell.start(transport)
  return shell
}

/** A shell that may be written to while its connection is still being made. */
export interface ComingShell {
  /** `ready` rejects with what kept the connection, or the shell, from coming about. */
  readonly shell: ShellProcess
  /** Resolves when a channel is open. */
  readonly connected: Promise<Transport>
}

/**
 * Logs in and opens a shell, as `openShell` does, in as few round trips as the backend can: what is written at once
 * may leave with the request to log in. Only for what changes nothing, as a login that is lost leaves open what was run.
 */
export function connectShell(
  connect: (first: FirstProgram) => Promise<Transport>,
  become?: Become,
): ComingShell {
  const shell = new Shell(become)
  const connected = connect(shell.first).then(async transport => {
    await shell.start(transport)
    return transport
  })
  connected.catch((error: unknown) => shell.fail(error))
  return { shell, connected }
}

type Login = Pick<Transport, 'name' | 'user'>

class Shell implements ShellProcess {
  readonly stdout: Readable = new PassThrough()
  readonly stderr: Readable = new PassThrough()
  readonly stdin: Writable
  readonly ready: Promise<void>
  readonly ended: Promise<Ending>
  /** The good case, for a transport that can begin before it is through. */
  readonly first: FirstProgram
  readonly #input = new ReplayInput()
  readonly #become: Become | undefined
  readonly #proofTimeoutMs: number
  readonly #nonce = randomBytes(12).toString('hex')
  #early: ShellAttempt | undefined
  #current: RemoteProcess | undefined
  #closed = false
  #proved: () => void = () => undefined
  #failed: (error: unknown) => void = () => undefined
  #end: (ending: Ending) => void = () => undefined

  constructor(become: Become | undefined, proofTimeoutMs = defaultProofTimeoutMs) {
    this.#proofTimeoutMs = proofTimeoutMs
    this.#become = become
    this.stdin = this.#input
    this.first = {
      argv: login => this.#asWanted(login)?.argv,
      begin: (process, login) => {
        this.#early = this.#withoutPassword(process, this.#asWanted(login)?.stage ?? 'login shell')
      },
    }
    this.ready = new Promise((resolve, reject) => {
      this.#proved = resolve
      this.#failed = reject
    })
    // A caller that only looks at `ended` must not bring the program down.
    this.ready.catch(() => undefined)
    this.ended = new Promise(resolve => {
      this.#end = resolve
    })
  }

  /** Resolves when the first channel is open; the rest goes on by itself. */
  async start(transport: Transport): Promise<void> {
    if (this.#closed) return this.fail(new Error('closed before there was a shell'))
    const wanted = this.#asWanted(transport)
    const { password } = this.#become ?? {}
    if (wanted) {
      const process = await transport.open(wanted.argv)
      const isBegun = this.#early?.process === process
      const attempt = (isBegun && this.#early) || this.#withoutPassword(process, wanted.stage)
      this.#finish(transport, attempt, wanted.stage === 'sudo -n' ? password : undefined)
    } else if (this.#become && password) {
      this.#finish(transport, await this.#withPassword(transport, this.#become, password))
    }
  }

  close(): void {
    this.#closed = true
    this.#current?.close()
    this.stdin.destroy()
  }

  /** Settles everything: there will be no shell. */
  fail(error: unknown): void {
    this.#failed(error)
    this.#input.destroy()
    this.#current?.close()
    ;(this.stdout as PassThrough).end()
    ;(this.stderr as PassThrough).end()
    if (this.#current) void this.#current.ended.then(this.#end)
    else this.#end({ lost: 'no shell was opened' })
  }

  /** What needs no password, so that it can be said at once; undefined where it is known that one is needed. */
  #asWanted(
    login: Login,
  ): { readonly argv: readonly string[]; readonly stage: ShellFailure['stage'] } | undefined {
    const become = this.#become
    if (!become || become.user === login.user) return { argv: ['exec', '/bin/sh'], stage: 'login shell' }
    if (become.password && refusals.get(become)?.has(login.name)) return undefined
    return { argv: sudo(become.user, ['-n'], ['/bin/sh']), stage: 'sudo -n' }
  }

  /** Waits for the proof; after a refusal of `sudo -n`, goes on with the password. */
  #finish(transport: Transport, attempt: ShellAttempt, password?: Become['password']): void {
    const settle = async () => {
      let final = attempt
      let failure = await attempt.proof
      const become = this.#become
      if (failure && become && password && !('lost' in failure.ending) && failure.stage === 'sudo -n') {
        refusals.set(become, (refusals.get(become) ?? new Set()).add(transport.name))
        this.#input.hold()
        final = await this.#withPassword(transport, become, password)
        failure = await final.proof
      }
      if (failure) throw shellError(transport, this.#become, failure)
      final.stdout.pipe(this.stdout as PassThrough)
      final.stderr.pipe(this.stderr as PassThrough)
      this.#input.commit(final.process.stdin)
      this.#proved()
      this.#end(await final.process.ended)
    }
    settle().catch((error: unknown) => this.fail(error))
  }

  #withoutPassword(process: RemoteProcess, stage: ShellFailure['stage']): ShellAttempt {
    const attempt = this.#begin(process, stage)
    process.stdin.write(`echo ${this.#nonce}\n`)
    this.#input.forward(process.stdin)
    void attempt.proof.then(failure => failure ?? attempt.stderr.open())
    return attempt
  }

  /**
   * The password is sent only after our own prompt was seen: sent blind to a sudo that wants none, it would be read
   * by the shell. The shell proves itself before it is sent anything.
   */
  async #withPassword(
    transport: Transport,
    become: Become,
    password: () => Promise<string>,
  ): Promise<ShellAttempt> {
    const prompt = `ops-${randomBytes(12).toString('hex')}:`
    const words = ['/bin/sh', '-c', `echo ${this.#nonce}; exec /bin/sh`]
    const process = await transport.open(sudo(become.user, ['-k', '-S', '-p', prompt], words))
    const attempt = this.#begin(process, 'sudo -S')
    let prompts = 0
    attempt.stderr.on('noise', () => {
      const seen = attempt.stderr.noise.split(prompt).length - 1
      if (seen <= prompts) return
      prompts = seen
      // A second prompt means that the password was wrong: end the input, so that sudo gives up.
      if (prompts > 1) return process.stdin.end()
      attempt.clock
        .paused(password)
        .then(value => {
          const reason = badPassword(value)
          if (reason !== undefined) throw new Error(reason)
          process.stdin.write(`${value}\n`)
        })
        .catch((error: unknown) => {
          this.#failed(passwordError(transport, become, error))
          process.close()
        })
    })
    void attempt.proof.then(failure => failure ?? attempt.stderr.open(true))
    return attempt
  }

  #begin(process: RemoteProcess, stage: ShellFailure['stage']): ShellAttempt {
    this.#current = process
    return beginAttempt(process, stage, this.#nonce, this.#proofTimeoutMs)
  }
}

/** Messages in English, whatever the host's locale is: they are told apart by their words. */
function sudo(user: string, options: readonly string[], command: readonly string[]): string[] {
  const asUser = user === 'root' ? [] : ['-u', user]
  return ['exec', 'env', 'LC_ALL=C', 'sudo', ...options, ...asUser, '--', ...command]
}
