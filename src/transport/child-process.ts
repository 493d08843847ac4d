/** Presents a child process as a remote process. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Ending, RemoteProcess } from './transport.ts'

/** `endingOf` reads the exit of the child; it may wait for other news. A child that cannot start is `lost`. */
export function childProcess(
  child: ChildProcessWithoutNullStreams,
  endingOf: (code: number | null, signal: NodeJS.Signals | null) => Ending | Promise<Ending>,
): RemoteProcess {
  // Whoever writes or reads learns of the end from `ended`; an error nobody listens to would end the program.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined)
  const ended = new Promise<Ending>(resolve => {
    child.once('error', error => resolve({ lost: error.message }))
    child.once('close', (code, signal) => resolve(endingOf(code, signal)))
  })
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    close() {
      child.stdin.end()
      child.stdout.destroy()
      child.stderr.destroy()
    },
  }
}
