/** Injects one fault at one system call of a program and all that it starts, counted over all of them together. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callNames, callWords } from './syscall-names.ts'

const tracer = fileURLToPath(new URL('one-syscall.pl', import.meta.url))

/** As in errno(3), with the numbers of Linux on x86_64. */
export const errors = { EPERM: 1, EIO: 5, EBUSY: 16, EXDEV: 18, ENOSPC: 28, EROFS: 30 } as const

/**
 * What happens at the call: everything that runs is killed, the calling process alone is killed, everything stands
 * still for a hook and is killed then, or the call fails.
 */
export type Fault = 'kill all' | 'kill one' | 'look and kill all' | keyof typeof errors

const words = { 'kill all': 'all', 'kill one': 'one', 'look and kill all': 'after', ...errors } as const

export interface Injection {
  readonly fault: Fault
  /** The call that is hit, counted from 1; 0 hits none. */
  readonly at: number
  /** Names of the calls that count; all of them unless said otherwise. */
  readonly calls?: readonly string[]
}

/** A command line that runs another one under an injection, and what became of it. */
export interface Traced {
  readonly argv: readonly string[]
  /** Names of the calls that counted, in their order, and of the one that was hit. */
  outcome(): { readonly calls: readonly string[]; readonly hit: string | undefined }
  remove(): void
}

export function traced(argv: readonly string[], { fault, at, calls }: Injection): Traced {
  const folder = mkdtempSync(join(tmpdir(), 'ops-syscall-'))
  const report = join(folder, 'report')
  const counted = calls ? callWords(calls).join() : 'all'
  return {
    argv: ['/usr/bin/perl', tracer, report, counted, String(at), String(words[fault]), ...argv],
    outcome: () => {
      const [end = '', numbers = ''] = readFileSync(report, 'utf8').split('\n')
      return { calls: callNames(numbers.split(' ')), hit: end === '-1' ? undefined : callNames([end])[0] }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Why no test can follow what programs start here; undefined where it can. */
export function cannotFollow(): string | undefined {
  const lacking = cannotTrace()
  if (lacking !== undefined) return lacking
  return spawnSync('strace', ['-V']).status === 0 ? undefined : 'needs strace'
}

/** Why this machine cannot inject; undefined where it can. */
export function cannotTrace(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'needs Linux on x86_64'
  const probe = traced(['/bin/true'], { fault: 'kill all', at: 1 })
  try {
    spawnSync('/usr/bin/perl', probe.argv.slice(1))
    return probe.outcome().hit === undefined ? 'ptrace is not allowed here' : undefined
  } catch {
    return 'needs perl and ptrace'
  } finally {
    probe.remove()
  }
}
