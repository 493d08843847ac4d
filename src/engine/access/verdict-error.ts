/** What the operator is told where access was not kept, from the verdict of the host. */
import type { ErrorData } from '../../base/errors.ts'
import type { Verdict } from './confirm.ts'

/** Steps by name: what the host took back, and what of the run is there nevertheless. */
export interface Aftermath {
  readonly back: readonly string[]
  readonly stays: readonly string[]
}

/** Undefined where access was kept. */
export function verdictError(host: string, verdict: Verdict, after: Aftermath): ErrorData | undefined {
  const { kind, steps, details, why } = verdict
  const failed = why && `a new login failed: ${why.title}${why.said ? `\n${why.said}` : ''}`
  const said = verdict.reason ?? failed
  const common = { host, ...(said && { said }) }
  const stays = staying(verdict, after)
  if (kind === 'restored') {
    const back = after.back.length > 0 ? [`taken back: ${after.back.join(', ')}`] : []
    return {
      code: 'reverted',
      title: `${steps} would have cut our own access, and ${host} took it back by itself`,
      ...(stays.length > 0 && { detail: [...back, ...stays].join('\n') }),
      ...common,
      changed: stays.length > 0 ? 'yes' : 'no',
      next:
        stays.length > 0
          ? 'What was taken back is as it was before this run; what stays is listed above. Fix the cause, then run again.'
          : 'The host reports that what those steps changed is as it was before this run. Fix the cause, then run again.',
    }
  }
  if (kind === 'restore-failed') {
    return {
      code: 'failed',
      title: `${steps} cut our own access, and ${host} could not put everything back`,
      ...(details.length + stays.length > 0 && { detail: [...details, ...stays].join('\n') }),
      ...common,
      changed: 'unknown',
      next: 'Look at the host now: what was there before lies under /var/lib/ops/kept/*-access.',
    }
  }
  if (kind === 'forgotten') {
    return {
      code: 'lost',
      title: `${host} waited for a login to confirm the change, and has no verdict of this run any more`,
      ...common,
      changed: 'unknown',
      next: 'It may have taken the change back or kept it: something else emptied or overwrote /var/lib/ops/access meanwhile. Run again: the plan shows what is missing.',
    }
  }
  if (kind === 'unknown') {
    return {
      code: 'lost',
      title: why
        ? `no new login to ${host} works, and its verdict is not known`
        : `stopped before a new login to ${host} could confirm what was done`,
      ...common,
      changed: 'unknown',
      next: 'A host that runs takes such changes back by itself within a minute, also after a boot. Log in when it is back: /var/lib/ops/access/verdict says what became of the change, and so does the next run.',
    }
  }
  return undefined
}

function staying(verdict: Verdict, after: Aftermath): string[] {
  return [
    ...(after.stays.length > 0 ? [`stays as this run made it: ${after.stays.join(', ')}`] : []),
    ...(verdict.stays.length > 0
      ? [
          `packages stay as this run left them, with all of their files: ${verdict.stays.map(packageWords).join(', ')}`,
        ]
      : []),
  ]
}

/** `ufw 0.36.2-1`, `sudo 2 instead of 1`, `exim4 is gone`. */
function packageWords(line: string): string {
  const [name = '', version = '', ...more] = line.split(' ')
  return more.length === 0
    ? name
    : version === 'is'
      ? `${name} (gone)`
      : `${name} (${[version, ...more].join(' ')})`
}
