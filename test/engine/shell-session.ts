/** Sessions over real shells of this machine, each with a /run and a /var/lib/ops of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { applyHost } from '../../src/engine/apply/apply-host.ts'
import type { ApplyResult } from '../../src/engine/apply/context.ts'
import { planHost } from '../../src/engine/plan/plan-host.ts'
import type { PlannedStep } from '../../src/engine/plan/planned-step.ts'
import type { Step } from '../../src/engine/step.ts'
import type { Emit, RunEvent } from '../../src/run/events.ts'
import { Interrupt } from '../../src/run/interrupt.ts'
import { Session } from '../../src/run/session.ts'
import type { Ending, RemoteProcess } from '../../src/transport/transport.ts'
import { describeWith } from '../needs.ts'

export const shells: Readonly<Record<string, readonly string[]>> = {
  dash: ['dash'],
  bash: ['bash', '--posix'],
  busybox: ['busybox', 'sh'],
}

/** The same tests on every shell; those of one that this machine lacks are skipped. */
export function onEachShell(suite: (shell: string) => void): void {
  for (const shell of Object.keys(shells)) describeWith(shell)(`on ${shell}`, () => suite(shell))
}

/** A place that stands for one host: several shells in it share a lock and a folder. */
export interface Place {
  readonly folder: string
  open(shell?: string): OpenShell
  remove(): void
}

export interface OpenShell {
  readonly session: Session
  readonly child: ChildProcess
}

/** A place for each test of the suite, and the path of a name in it. */
export function usePlace(): { readonly place: () => Place; readonly at: (name: string) => string } {
  let own: Place
  beforeEach(() => {
    own = makePlace()
  })
  afterEach(() => own.remove())
  return { place: () => own, at: name => join(own.folder, name) }
}

/** Makes a place; everything in it ends with `remove`. `under` is a program and its words that run each shell, such as strace. */
export function makePlace(under: readonly string[] = []): Place {
  const folder = mkdtempSync(join(tmpdir(), 'ops-engine-'))
  const children: ChildProcess[] = []
  return {
    folder,
    open(shell = 'dash') {
      const enter =
        'mkdir -p "$1/run" "$1/lib" /var/lib/ops && mount --bind "$1/run" /run && mount --bind "$1/lib" /var/lib/ops && shift && exec "$@"'
      const argv = [...under, ...(shells[shell] ?? ['sh'])]
      const child = spawn('unshare', ['-m', 'sh', '-c', enter, 'sh', folder, ...argv], { detached: true })
      children.push(child)
      return { session: new Session('here', processOf(child)), child }
    },
    remove() {
      for (const child of children) if (child.pid !== undefined && child.exitCode === null) kill(child.pid)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function kill(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {}
}

function processOf(child: ReturnType<typeof spawn>): RemoteProcess {
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new Error('a shell without its three streams')
  const ended = new Promise<Ending>(resolve => {
    child.once('close', (code, signal) => resolve(code === null ? { signal: signal ?? 'unknown' } : { code }))
  })
  return { stdin, stdout, stderr, ended, close: () => stdin.end() }
}

export interface LocalRun {
  readonly result: ApplyResult | undefined
  readonly planned: readonly PlannedStep[]
  readonly events: readonly RunEvent[]
  readonly trips: number
}

/** Plans and applies in one shell of the place, as a run of the product does. */
export async function runHere(
  place: Place,
  steps: readonly Step[],
  options: {
    readonly shell?: string
    readonly interrupt?: Interrupt
    readonly waitForLock?: boolean
    readonly onEvent?: Emit
    readonly between?: () => void
    readonly keep?: (open: OpenShell) => void
  } = {},
): Promise<LocalRun> {
  const open = place.open(options.shell)
  options.keep?.(open)
  const { session } = open
  const events: RunEvent[] = []
  const emit: Emit = event => {
    events.push(event)
    options.onEvent?.(event)
  }
  try {
    const { planned } = await planHost(session, () => ({ steps }), {
      key: place.folder,
      wantsDetail: false,
      emit,
    })
    options.between?.()
    if (!planned.some(each => each.change))
      return { result: undefined, planned, events, trips: session.trips }
    const result = await applyHost({
      session,
      planned,
      emit,
      interrupt: options.interrupt ?? new Interrupt(),
      // A lock that a shell of the same run holds is waited for.
      who: `a test in ${open.child.pid}`,
      waitForLock: options.waitForLock ?? false,
      upload: async () => {},
      noteBoot: async () => {},
      reconnect: async () => session,
    })
    return { result, planned, events, trips: session.trips }
  } finally {
    session.close()
  }
}
