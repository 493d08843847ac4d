/** Users and groups that steps name and that the host does not have: known before anything is done. */
import type { ErrorData } from '../../base/errors.ts'
import { oncePer } from '../../base/once-per.ts'
import { sh } from '../../shell/sh.ts'
import { anyOverlap, type Claim } from '../claims.ts'
import type { Question } from '../look/look.ts'
import { readsOf } from '../reach.ts'
import { desiredOf, type Step } from '../step.ts'

/** What a step needs to be there, by name; what it makes or removes itself is not among it. */
const accountsOf = oncePer((step: Step): readonly Claim[] => {
  const owns = step.resource.owns?.(step.params) ?? []
  const isGoing = desiredOf(step).state === 'absent'
  const reads =
    isGoing && step.options.user !== undefined ? [`user:${step.options.user}` as const] : readsOf(step)
  if (isGoing && step.options.user === undefined) return []
  return reads.filter(claim => /^(user|group):(?!\d+$|\*$|root$)./.test(claim) && !owns.includes(claim))
})

/** Asks for all of them; undefined where the recipe names none. Only getent's own word for "no such" counts. */
export const accountsQuestion = oncePer((steps: readonly Step[]): Question | undefined => {
  const named = [...new Set(steps.flatMap(accountsOf))]
  if (named.length === 0) return undefined
  const text = sh`command -v getent >/dev/null || exit 0
for ops_account_claim in ${named}; do
case $ops_account_claim in user:*) getent passwd "\${ops_account_claim#*:}" ;; *) getent group "\${ops_account_claim#*:}" ;; esac >/dev/null 2>&1
[ $? != 2 ] || echo "$ops_account_claim"
done`
  return { id: 'accounts', text: text.shell }
})

/** Reads what was printed. */
export function missingAccounts(printed: string): ReadonlySet<string> {
  return new Set(printed.split('\n').filter(line => line !== ''))
}

/** Of a step whose accounts may come with steps before it that do not name them, as packages bring some: which are not there. */
export function missingAccountNotes(
  step: Step,
  missing: ReadonlySet<string>,
  movers: readonly { readonly affects: readonly Claim[] }[],
): readonly string[] {
  return accountsOf(step)
    .filter(
      claim =>
        missing.has(claim) &&
        movers.some(({ affects }) => anyOverlap(affects, [claim])) &&
        !movers.some(({ affects }) => affects.includes(claim)),
    )
    .map(claim => {
      const [kind = '', name = ''] = claim.split(':')
      return `there is no ${kind} ${name} on the host now: a step before this one has to bring it`
    })
}

/** The error of a step that names one; undefined where an earlier step may make it. */
export function missingAccountError(
  step: Step,
  missing: ReadonlySet<string>,
  movers: readonly { readonly affects: readonly Claim[] }[],
  host: string,
): ErrorData | undefined {
  const lost = accountsOf(step).find(
    claim => missing.has(claim) && !movers.some(mover => anyOverlap(mover.affects, [claim])),
  )
  if (lost === undefined) return undefined
  const [kind = '', name = ''] = lost.split(':')
  return {
    code: 'failed',
    title: `${step.name}: there is no ${kind} ${name} on the host, and no step before this one makes it`,
    host,
    step: step.name,
    ...(step.where && { where: step.where }),
    changed: 'no',
    next: `Put a step before it that makes it, such as ${kind}({ name: '${name}' }).`,
  }
}
