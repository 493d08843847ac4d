/** Runs one program of this machine and gives back what it printed; a failure is an error that quotes it. */
import { spawn } from 'node:child_process'

/** How a finished program ended: `code` is 128 + n when signal n ended it. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const signalExit = 128
/**
 * A system that goes down stops all of its processes before it ends them, and nsenter stops itself when what it has entered
 * with is stopped: it would never take the end of that, and the system would wait for it. So it is woken.
 */
const wakeMs = 300

/** Runs a program to its end, feeding it `input`; never rejects because of its exit code. */
export function finish(argv: readonly string[], input = ''): Promise<Finished> {
  const [program = '', ...rest] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
    const awake = setInterval(() => child.kill('SIGCONT'), wakeMs)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
    // A program that does not read its input closes the pipe: that is its good right, not an error.
    child.stdin.on('error', () => undefined)
    child.on('error', error => {
      clearInterval(awake)
      reject(error)
    })
    child.on('close', code => {
      clearInterval(awake)
      resolve({
        code: code ?? signalExit,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      })
    })
    child.stdin.end(input)
  })
}

/** Runs a program that must succeed and returns its standard output. */
export async function run(argv: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await finish(argv, input)
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${(stdout + stderr).slice(-4000)}`)
  return stdout
}
