/** The flags of `ops apply` alone: whether to ask, and in what pieces hosts are taken. */
import type { Command } from 'commander'
import { type ErrorData, inputError } from '../base/errors.ts'
import type { RollOut } from '../run/roll-out.ts'

/** As written: a batch may be a share of hosts that are not counted yet. */
export interface RollOutFlags {
  readonly batch?: { readonly hosts: number } | { readonly percent: number }
  readonly mostFailed?: number
}

export function addApplyFlags(command: Command): Command {
  return command
    .option('-y, --yes', 'apply without asking')
    .option('--wait', 'wait for a host that another run holds, instead of giving up (exit 6)')
    .option('--serial <n>', 'so many hosts at a time, or 25%: the next begin when all of these are done')
    .option('--max-fail <n>', 'begin no other host when more than n failed (default: 0 with --serial)')
    .option('--fail-fast', 'the same as --max-fail 0')
}

/** Adds what is wrong with them to `errors`. */
export function rollOutFlags(options: Readonly<Record<string, unknown>>, errors: ErrorData[]): RollOutFlags {
  const { serial, maxFail } = options
  const refuse = (title: string, next: string): void => void errors.push(inputError(title, { next }).data)
  const [, digits = '', percent] = typeof serial === 'string' ? (/^(\d{1,5})(%?)$/.exec(serial) ?? []) : []
  const count = Number(digits)
  if (serial !== undefined && (digits === '' || count < 1 || (percent === '%' && count > 100)))
    refuse(`--serial ${String(serial)}: not a number of hosts`, 'Write a number from 1, or a share as 25%.')
  const failing = typeof maxFail === 'string' && /^\d{1,5}$/.test(maxFail) ? Number(maxFail) : undefined
  if (maxFail !== undefined && failing === undefined)
    refuse(
      `--max-fail ${String(maxFail)}: not a number of hosts`,
      'Write a whole number; 0 stops at the first.',
    )
  if (options.failFast === true && failing !== undefined && failing > 0)
    refuse('--fail-fast and --max-fail contradict each other', 'Leave one of them out.')
  const mostFailed = failing ?? (options.failFast === true || serial !== undefined ? 0 : undefined)
  return {
    ...(serial !== undefined && { batch: percent === '%' ? { percent: count } : { hosts: count } }),
    ...(mostFailed !== undefined && { mostFailed }),
  }
}

/** A share of few hosts is one of them at least. */
export function rollOutOf({ batch, mostFailed }: RollOutFlags, hosts: number): RollOut {
  return {
    ...(batch && {
      batch: 'hosts' in batch ? batch.hosts : Math.max(1, Math.floor((hosts * batch.percent) / 100)),
    }),
    ...(mostFailed !== undefined && { mostFailed }),
  }
}
