/** Cases that hit a write at one system call after the other, and what must hold after each. */
import { endedLate, shells, type TestShell } from '../../resources/shells.ts'
import { BrokenInvariant } from './broken.ts'
import type { CaseNote, FaultCase } from './fault-class.ts'
import { errors, type Fault, type Injection, type Traced, traced } from './one-syscall.ts'
import { isOldOrNew } from './picture.ts'
import { StartedWrite } from './started-write.ts'
import { type Write, writes } from './writes.ts'

/** One undisturbed write: the pictures before and after, and the calls that count. */
interface Baseline {
  readonly before: string
  readonly after: string
  readonly calls: readonly string[]
}

/** Which writes are hit: the commonest one on Debian's shell, or every kind on every shell. */
export type Scope = 'the commonest' | 'every'

/** A case for each call of each write, and each fault; without `calls` at all that are made. */
export function* everySyscall(
  scope: Scope,
  faults: readonly Fault[],
  calls?: readonly string[],
): Generator<FaultCase> {
  const pairs = shells.flatMap(shell => writes.map(write => [shell, write] as const))
  for (const [shell, write] of scope === 'every' ? pairs : pairs.slice(0, 1)) {
    const base = baselineOf(write, shell, calls)
    for (const [index, call] of base.calls.entries()) {
      for (const fault of faults) {
        const injection = { fault, at: index + 1, ...(calls && { calls }) }
        yield {
          id: `${shell.name}: ${write.name}: ${fault} at call ${index + 1} of ${base.calls.length}, ${call}`,
          fault: `${write.name}: ${fault} at ${call}`,
          run: async () => hitOnce(write, shell, injection, base),
        }
      }
    }
  }
}

function baselineOf(write: Write, shell: TestShell, calls: readonly string[] | undefined): Baseline {
  const each = new StartedWrite(write, shell)
  try {
    const before = each.managed()
    const { code, stderr, trace } = runUnder(each, { fault: 'kill all', at: 0, ...(calls && { calls }) })
    if (code !== 0)
      throw new Error(`undisturbed, ${write.name} on ${shell.name} ends with ${code}: ${stderr}`)
    return { before, after: each.managed(), calls: trace.calls }
  } finally {
    each.remove()
  }
}

function runUnder(each: StartedWrite, injection: Injection) {
  let tracer: Traced | undefined
  try {
    const done = each.runBy(argv => {
      tracer = traced(argv, injection)
      return tracer.argv
    })
    return { ...done, trace: tracer?.outcome() ?? { calls: [], hit: undefined } }
  } finally {
    tracer?.remove()
  }
}

/** Why a case proves nothing: as many calls as were counted were not made this time. */
export const notHit = 'it was over before the call that was to be hit'

/** What was left behind and was mended before: the same bytes need not be mended a second time. */
const mended = new Set<string>()

function hitOnce(write: Write, shell: TestShell, injection: Injection, base: Baseline): CaseNote {
  const each = new StartedWrite(write, shell)
  try {
    const { code, stderr, trace } = runUnder(each, injection)
    if (code === endedLate) throw new BrokenInvariant('I5', 'it does not end')
    const found = each.managed()
    if (!isOldOrNew(found, base.before, base.after)) {
      throw new BrokenInvariant('I1', `neither the old nor the new file: ${found}`)
    }
    if (code === 0 && found !== base.after)
      throw new BrokenInvariant('I2', 'ends with 0, and nothing changed')
    if (injection.fault in errors && trace.hit !== undefined && code !== 0 && stderr.trim() === '') {
      throw new BrokenInvariant('I8', `ends with ${code} without a word`)
    }
    const left = `${shell.name} ${write.name} ${each.everything()}`
    if (!mended.has(left)) isMended(each)
    mended.add(left)
    return trace.hit === undefined ? { skipped: notHit } : {}
  } finally {
    each.remove()
  }
}

/** The next run repairs, the one after it has nothing to do, and nothing is left of all three. */
export function isMended(each: StartedWrite): void {
  const next = each.again('0123456789abcdef')
  if (next.code !== 0) throw new BrokenInvariant('I4', `the next run ends with ${next.code}: ${next.stderr}`)
  const last = each.again('abcdef0123456789')
  if (last.keys.length > 0) throw new BrokenInvariant('I4', `the run after it changes ${last.keys.join()}`)
  const leftover = each.everything().match(/^.*\.ops\..*$/m)
  if (leftover) throw new BrokenInvariant('I7', `left behind: ${leftover[0]}`)
}
