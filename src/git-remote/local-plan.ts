/** The steps on this machine as a plan shows them. */

import type { KeyChange } from '../engine/resource.ts'
import type { PlanStep } from '../run/plan.ts'
import type { Wanted, Work } from './decide.ts'
import type { LocalStep } from './local-side.ts'
import type { Project } from './project.ts'

const shownRefs = 12

/** One for each step but the proof, which follows from the others. */
export function localPlanSteps(
  { url, remote }: Wanted,
  { refs, follows, notes }: Work,
  project: Project,
  steps: readonly LocalStep[],
): readonly PlanStep[] {
  const pushes = refs.flatMap(({ ref, object, was }): KeyChange[] =>
    object === was
      ? []
      : [
          {
            key: ref.replace(/^refs\/(heads|tags)\//, ''),
            from: was?.slice(0, 9) ?? 'absent',
            to: object.slice(0, 9),
          },
        ],
  )
  const more = pushes.length - shownRefs
  const changes: Readonly<Record<string, readonly KeyChange[]>> = {
    remote: [{ key: 'url', from: 'absent', to: url }],
    push: pushes.slice(0, shownRefs),
    upstream: follows.map(name => ({
      key: name,
      from: project.branches.get(name)?.upstream?.replace(/^refs\/(remotes|heads)\//, '') ?? 'none',
      to: `${remote}/${name}`,
    })),
  }
  return steps
    .filter(step => changes[step.kind] !== undefined)
    .map(({ kind, name, isNeeded }) => ({
      name,
      status: isNeeded ? 'change' : 'ok',
      changes: isNeeded ? (changes[kind] ?? []) : [],
      because: [],
      notes: kind !== 'push' ? [] : [...notes, ...(more > 0 ? [`and ${more} more branches and tags`] : [])],
    }))
}
