/** What a host that took something back has come to: a look of its own says which steps stay. */
import type { Verdict } from '../access/confirm.ts'
import type { Aftermath } from '../access/verdict-error.ts'
import { look } from '../look/look.ts'
import type { PlannedStep } from '../plan/planned-step.ts'
import type { Progress } from './progress.ts'

/** Marks the steps that are not changed any more: by what was put back, and by a look over a new login. */
export async function aftermathOf(progress: Progress, verdict: Verdict): Promise<Aftermath> {
  const { applied, outcomes } = progress
  const isUndone = await seen(progress)
  const [back, stays]: [string[], string[]] = [[], []]
  for (const [index, each] of progress.planned.entries()) {
    if (!applied.has(index) || outcomes[index] === 'failed') continue
    if (isUndone?.(index) || wasPutBack(each, verdict)) outcomes[index] = 'reverted'
    ;(outcomes[index] === 'reverted' ? back : stays).push(each.step.name)
  }
  return { back, stays }
}

/** Undefined where the host cannot be looked at. */
async function seen(progress: Progress): Promise<((index: number) => boolean) | undefined> {
  try {
    progress.session = await progress.context.reconnect('connection')
    const steps = progress.planned.map(each => each.step)
    const fresh = progress.plan(await look(progress.session, steps, { wantsDetail: false }))
    return index => fresh[index]?.change !== undefined
  } catch {
    return undefined
  }
}

/** All that the step endangers was in danger; a package that came stays. */
function wasPutBack({ access }: PlannedStep, { areas, stays }: Verdict): boolean {
  if (!access || (access.isPatient && stays.length > 0)) return false
  return areas.includes('any') || access.areas.every(each => areas.includes(each))
}
