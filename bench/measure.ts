/** Runs a program to its end and tells what it took: wall time, CPU and memory of it and all its children. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from './contender.ts'

export interface Measured {
  readonly seconds: number
  /** User and system time of the program and of all children that it waited for. */
  readonly cpuSeconds: number
  /** The largest resident set of any one of these processes. */
  readonly peakBytes: number
}

/** GNU time (Debian package `time`): Node does not tell what its children used. */
export const timeProgram = '/usr/bin/time'

/** Measures one run. Rejects when it ends with anything but 0, with the last of what it said. */
export async function measure(command: Command): Promise<Measured> {
  const { said: _, ...measured } = await measureSaid(command)
  return measured
}

/** The same with the last of what it said. */
export async function measureSaid({
  argv,
  cwd,
  env = {},
}: Command): Promise<Measured & { readonly said: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-time-'))
  const file = join(folder, 'time')
  try {
    const startedAt = performance.now()
    const { code, said } = await run(
      [timeProgram, '--quiet', '-f', '%U %S %M', '-o', file, ...argv],
      cwd,
      env,
    )
    const seconds = (performance.now() - startedAt) / 1000
    if (code !== 0)
      throw new Error(`${argv.join(' ').slice(0, 200)} ended with ${code}:\n${said.slice(-2000)}`)
    const [user = 0, system = 0, kilobytes = 0] = readFileSync(file, 'utf8').trim().split(' ').map(Number)
    return { seconds, cpuSeconds: user + system, peakBytes: kilobytes * 1024, said }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(
  [program = '', ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      // Reading more authorities than its own takes Node 30 ms at each start, and nothing here asks one.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    const hear = (text: string): void => {
      said = (said + text).slice(-20_000)
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.once('error', reject)
    // Not `close`: a control master that stays behind holds the outputs open.
    child.once('exit', code => resolve({ code, said }))
  })
}
