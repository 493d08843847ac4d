/** Starts the command of --on-failure, with what went wrong as JSON on its standard input. */
import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import type { ErrorData } from '../../base/errors.ts'

export interface Failure {
  readonly job: string
  readonly exitCode: number
  /** The first one; secrets are masked. */
  readonly error: ErrorData | undefined
  readonly errors: readonly ErrorData[]
}

const longestMs = 60_000
/** The rest of our environment may hold passwords. */
const handedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'INVOCATION_ID',
]

/** A sentence where the command did not end well; undefined: it did. */
export async function tellFailure(command: string, failure: Failure): Promise<string | undefined> {
  const known = handedOn.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  const env = { ...Object.fromEntries(known), OPS_JOB: failure.job }
  const child = spawn('/bin/sh', ['-c', command], {
    stdio: ['pipe', 2, 2],
    env,
    timeout: longestMs,
  })
  const ended = new Promise<string | undefined>(done => {
    child.once('error', thrown => done(thrown.message))
    child.once('close', (code, signal) => done(code === 0 ? undefined : `it ended with ${code ?? signal}`))
  })
  // A command that does not read its input is fine.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(`${JSON.stringify({ ...failure, host: hostname(), at: new Date().toISOString() })}\n`)
  const problem = await ended
  return problem === undefined ? undefined : `The command of --on-failure did not end well: ${problem}.`
}
