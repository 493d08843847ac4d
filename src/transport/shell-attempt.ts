/** One try at getting a shell on the host: it has proved itself when it prints our nonce; what came before that is not its own. */
import type { ShellFailure } from './become-errors.ts'
import { HeldStream } from './held-stream.ts'
import { PausableTimer } from './pausable-timer.ts'
import type { Ending, RemoteProcess } from './transport.ts'

/** `proof` is undefined once it was given, else how the try failed. */
export interface ShellAttempt {
  readonly process: RemoteProcess
  readonly stdout: HeldStream
  readonly stderr: HeldStream
  /** How long the proof may take; typing a password does not count. */
  readonly clock: PausableTimer
  readonly proof: Promise<ShellFailure | undefined>
}

/** Waits for the nonce, which the process has been told or will be told to print. */
export function beginAttempt(
  process: RemoteProcess,
  stage: ShellFailure['stage'],
  nonce: string,
  proofTimeoutMs: number,
): ShellAttempt {
  const stderr = new HeldStream()
  const clock = new PausableTimer(proofTimeoutMs)
  let held: HeldStream | undefined
  const proof = new Promise<ShellFailure | undefined>(resolve => {
    const stdout = new HeldStream(`${nonce}\n`, () => {
      clock.stop()
      resolve(undefined)
    })
    held = stdout
    const fail = (ending: Ending) => resolve({ stage, ending, stdout: stdout.noise, stderr: stderr.noise })
    clock.start(() => {
      fail({ lost: `no shell answered within ${proofTimeoutMs / 1000} s` })
      process.close()
    })
    void process.ended.then(fail).finally(() => clock.stop())
    process.stdout.pipe(stdout)
    process.stderr.pipe(stderr)
  })
  return { process, stdout: held as HeldStream, stderr, clock, proof }
}
