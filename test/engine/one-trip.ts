/** What a plan knows of steps that are looked at in one trip of a shell. */
import { expect } from 'vitest'
import { planHost } from '../../src/engine/plan/plan-host.ts'
import type { PlannedStep } from '../../src/engine/plan/planned-step.ts'
import type { Step } from '../../src/engine/step.ts'
import type { OpenShell, Place } from './shell-session.ts'

export async function planInOneTrip(
  { session }: OpenShell,
  place: Place,
  steps: readonly Step[],
): Promise<readonly PlannedStep[]> {
  const given = { key: place.folder, wantsDetail: true, emit: () => {} }
  const before = session.trips
  const { planned } = await planHost(session, () => ({ steps }), given)
  expect(session.trips).toBe(before + 1)
  return planned
}
