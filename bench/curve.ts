/** What more steps cost: one host without the slow link, 10 to 5,000 steps, as they are made and when nothing is left to do. */
import { spawn } from 'node:child_process'
import { startHost } from '../test/hosts/start.ts'
import { ops, opsProgram } from './contenders/ops.ts'
import { storage } from './places.ts'

const defaultSteps: readonly number[] = [10, 100, 1000, 5000]

export interface CurvePoint {
  readonly steps: number
  readonly run: 'first' | 'no-op'
  readonly seconds: number
  /** Milliseconds, as `ops apply -v` tells them. */
  readonly spent: Readonly<Record<string, number>>
  /** The largest resident sets: of ops, and of a shell on the host. */
  readonly controllerBytes: number
  readonly hostBytes: number
}

/** Each count on a fresh host. */
export async function curve(
  say: (text: string) => void,
  counts: readonly number[] = defaultSteps,
): Promise<CurvePoint[]> {
  const points: CurvePoint[] = []
  for (const steps of counts) {
    const host = await startHost({ storage, name: 'web1' })
    try {
      const { cwd } = ops.command({ name: host.name, sshConfig: host.sshConfig, folder: '' })
      const words = [
        'apply',
        'curve',
        host.name,
        '--steps',
        String(steps),
        '--yes',
        '--json',
        '-F',
        host.sshConfig,
      ]
      for (const run of ['first', 'no-op'] as const) {
        const watching = watchShells(host)
        const startedAt = performance.now()
        const { code, stdout, peakBytes } = await runOps(words, cwd)
        const seconds = (performance.now() - startedAt) / 1000
        if (code !== 0) throw new Error(`ops ended with ${code}: ${stdout.slice(-2000)}`)
        const told = stdout.split('\n').find(line => line.startsWith('{"event":"spent"'))
        const spent = told === undefined ? {} : JSON.parse(told).milliseconds
        const point = { steps, run, seconds, spent, controllerBytes: peakBytes, hostBytes: await watching() }
        points.push(point)
        say(textOf(point))
      }
    } finally {
      await host.stop()
    }
  }
  return points
}

function textOf({ steps, run, seconds, spent, controllerBytes, hostBytes }: CurvePoint): string {
  const parts = Object.entries(spent).map(([what, each]) => `${what} ${(each / 1000).toFixed(2)}`)
  const sizes = [controllerBytes, hostBytes].map(each => `${Math.round(each / 1e6)} MB`).join(', ')
  return `${steps} steps, ${run}: ${seconds.toFixed(2)} s (${parts.join(', ')}), ${((seconds * 1000) / steps).toFixed(1)} ms a step, ${sizes}`
}

/** The largest shell that was seen on the host, looked for a few times a second; asked for when the run is over. */
function watchShells(host: Awaited<ReturnType<typeof startHost>>): () => Promise<number> {
  const unit = 'curve-watch'
  const script =
    'm=0; while :; do for p in /proc/[0-9]*; do read -r c <$p/comm || continue; case $c in sh|dash) ;; *) continue;; esac; r=$(sed -n "s/^VmHWM:[^0-9]*\\([0-9]*\\) kB/\\1/p" $p/status); [ "${r:-0}" -le "$m" ] || { m=$r; echo $m >/run/curve-peak; }; done; sleep 0.2; done 2>/dev/null'
  const begun = host.exec(`rm -f /run/curve-peak; systemd-run -q --unit=${unit} bash -c ${quoted(script)}`)
  return async () => {
    await begun
    const { stdout } = await host.exec(`systemctl stop ${unit}; cat /run/curve-peak`)
    return Number(stdout.trim()) * 1024
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

function runOps(
  words: readonly string[],
  cwd: string,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly peakBytes: number }> {
  return new Promise((resolve, reject) => {
    const [program = '', ...argv] = [...opsProgram, ...words]
    const child = spawn('/usr/bin/time', ['--quiet', '-f', '%M', program, ...argv], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', text => {
      said.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      said.stderr += text
    })
    child.once('error', reject)
    child.once('close', code => {
      const kilobytes = Number(said.stderr.trim().split('\n').at(-1))
      resolve({ code, stdout: said.stdout, peakBytes: kilobytes * 1024 })
    })
  })
}
