/** How far a step reaches: what it may move, what moves it, and whose a move is that no plan announced. */
import { oncePer } from '../base/once-per.ts'
import { anyOverlap, type Claim } from './claims.ts'
import type { PlannedStep } from './plan/planned-step.ts'
import type { Step } from './step.ts'

/** What else than its own observation a step's answer depends on, its own things included. */
export const readsOf = oncePer(({ resource, params, options }: Step): readonly Claim[] => {
  const user: Claim[] = options.user === undefined ? [] : [`user:${options.user}`]
  const owns = resource.owns?.(params) ?? []
  const accounts = owns.some(claim => accountFile.test(claim)) ? everyAccount : []
  return [...owns, ...(resource.reads?.(params) ?? []), ...user, ...accounts]
})

/** Whoever makes an account writes in these: useradd(8) gives a new user a line of /etc/subuid as well. */
const accountFile = /^path:\/etc\/(?:passwd|shadow|group|gshadow|subuid|subgid)(?:#|$)/
const everyAccount: readonly Claim[] = ['user:*', 'group:*']

/**
 * The folders on the way to what a step owns: who may enter or move them decides whether it can be looked at. Too many
 * steps lie below one folder for a plan to say so of each.
 */
export function foldersAbove({ resource, params }: Step): readonly Claim[] {
  const paths = (resource.owns?.(params) ?? []).filter(claim => claim.startsWith('path:/'))
  const above = paths.flatMap(claim => {
    const parts = claim.slice('path:/'.length).replace(/#.*/s, '').split('/').slice(0, -1)
    return parts.map((_, at): Claim => `path:/${parts.slice(0, at + 1).join('/')}`)
  })
  return [...new Set(above)]
}

/** Keys that hold nothing that anybody wrote. */
const dress: readonly string[] = ['mode', 'owner', 'group']

/**
 * Whether a move that no plan announced may be gone on from: nobody's edit is written over. Either all that moved is now
 * as this step was to make it; or an applied step may have set it going, and what is written over is a state of a unit, the
 * dress of a path, or nothing at all, as the fresh look is a refusal. See docs/formats/moves.md.
 */
export function mayGoOn(before: PlannedStep, now: PlannedStep, applied: readonly PlannedStep[]): boolean {
  if (before.step.resource.onlyWatches) return true
  if (applied.length === 0 || !before.change) return mayStir(before, now, applied)
  return overwritten(before, now).length === 0 || mayStir(before, now, applied)
}

function mayStir(before: PlannedStep, now: PlannedStep, applied: readonly PlannedStep[]): boolean {
  const stirred = applied.flatMap(each => stirsOf(each.step))
  const reads = readsOf(before.step)
  const units = reads.filter(claim => !claim.startsWith('path:'))
  if (anyOverlap(stirred, units)) return true
  const moved = applied.flatMap(each => each.affects)
  const above = foldersAbove(before.step)
  if (now.error) return anyOverlap(moved, above) || anyOverlap(stirred, reads)
  return anyOverlap(stirred, reads) && overwritten(before, now).every(key => dress.includes(key))
}

/** What a step may move by what it sets going. */
export function stirsOf({ resource, params }: Step): readonly Claim[] {
  return resource.stirs?.(params) ?? []
}

/** The keys that moved since they were looked at and that the fresh plan would write over. */
function overwritten(before: PlannedStep, now: PlannedStep): readonly string[] {
  const keys = now.change?.keys ?? []
  return keys.filter(({ key }) => before.actual[key] !== now.actual[key]).map(({ key }) => key)
}

/** By whom something was changed that no claim of the run is about, in words. */
export function whoMoved(step: Step, applied: readonly PlannedStep[], during: string): string {
  const names = namedAlike(step, applied)
  if (names === '') return `by somebody else ${during}`
  return `${during}: by ${names}, if a symbolic link makes them one, or by somebody else`
}

/** Names of those that write what ends in the same name: a link that came to be during the run may make one thing of two. */
export function namedAlike(step: Step, applied: readonly PlannedStep[]): string {
  const own = lastParts(step.resource.owns?.(step.params) ?? [])
  const alike = applied.filter(
    other => other.step.name !== step.name && lastParts(other.affects).some(part => own.includes(part)),
  )
  return alike.map(other => other.step.name).join(', ')
}

const lastParts = (claims: readonly Claim[]): readonly string[] =>
  claims.flatMap(claim => /^path:[^#]*\/([^/#]+)(?:#.*)?$/s.exec(claim)?.[1] ?? [])
