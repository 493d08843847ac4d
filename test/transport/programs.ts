/** Runs whole programs over a transport, for tests that look at everything a program said. */
import { buffer } from 'node:stream/consumers'
import type { Ending, RemoteProcess, Transport } from '../../src/transport/transport.ts'

/** All that came of a program. */
export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly ending: Ending
}

/** Feeds `input`, ends it, and collects both outputs. */
export async function outcomeOf(process: RemoteProcess, input: string | Buffer = ''): Promise<Outcome> {
  process.stdin.end(input)
  const [stdout, stderr] = await Promise.all([buffer(process.stdout), buffer(process.stderr)])
  return { stdout: stdout.toString(), stderr: stderr.toString(), ending: await process.ended }
}

/** Runs a script as the login user. */
export async function runScript(transport: Transport, script: string): Promise<Outcome> {
  return outcomeOf(await transport.open(['exec', '/bin/sh']), script)
}
