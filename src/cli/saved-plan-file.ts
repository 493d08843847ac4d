/** Plans in files: telling one from a recipe, and writing one. */
import { inputError } from '../base/errors.ts'
import { Secret } from '../base/secret.ts'
import { opsVersion } from '../base/version.ts'
import { aroundsOf } from '../engine/across/drain.ts'
import type { RunOutcome } from '../engine/run-request.ts'
import type { LoadedRecipe } from '../recipe/load.ts'
import { beginningOf, planBeginning } from './beginning-of.ts'

/** True for a file that `ops plan -o` wrote, and for a name that says it is one. */
export function isSavedPlan(name: string): boolean {
  if (name.endsWith('.plan')) return true
  if (/\.[cm]?[jt]s$/.test(name)) return false
  return planBeginning.test(beginningOf(name) ?? '')
}

/** Saves what was planned. Throws OpsError `input` for what cannot be saved. */
export async function savePlanFile(
  file: string,
  loaded: LoadedRecipe,
  params: Readonly<Record<string, unknown>>,
  outcome: RunOutcome,
): Promise<void> {
  const [{ savePlan, writePlan }, { savedResources }] = await Promise.all([
    import('../engine/plan/saved-plan.ts'),
    import('./saved-resources.ts'),
  ])
  for (const [name, { hangsOn = [], planned }] of outcome.planned) {
    const [around] = aroundsOf(planned.map(each => each.step))
    if (around)
      throw inputError(`the plan cannot be saved: ${name} is taken out of ${around.on} while it changes`, {
        next: `Apply the recipe itself: what is to be done on ${around.on} is only known then.`,
      })
    if (hangsOn.length > 0)
      throw inputError(
        `the plan cannot be saved: steps of ${name} hang on what ${hangsOn.join(', ')} will have`,
        {
          next: `Apply ${hangsOn.join(', ')} first, or the recipe itself.`,
        },
      )
  }
  const secrets = Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (value instanceof Secret ? [[name, value]] : [])),
  )
  const plan = savePlan({
    version: opsVersion(),
    recipe: loaded.name,
    hosts: outcome.planned,
    secrets,
    registry: savedResources,
  })
  const text = JSON.stringify(plan)
  for (const [name, secret] of Object.entries(secrets)) {
    // A recipe may have put it into some text: then no reference can stand for it.
    if (!text.includes(JSON.stringify(secret.reveal()).slice(1, -1))) continue
    throw inputError(`the plan cannot be saved: it would hold the secret ${name}`, {
      next: 'Hand the secret to a resource as it is, not inside other text; or apply the recipe itself.',
    })
  }
  await writePlan(file, plan)
}
