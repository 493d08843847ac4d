/** Finds steps that would write `[secret]` where the recipe meant the secret itself. */

import { type ErrorData, inputError } from '../base/errors.ts'
import { mask, Secret } from '../base/secret.ts'
import type { Step } from '../engine/step.ts'

/** A `Secret` inside other text is its mask there: what such a step writes would be wrong, and look right in every plan. */
export function secretsAsText(steps: readonly Step[]): readonly ErrorData[] {
  return steps.filter(step => holdsMask(step.params)).map(toldOf)
}

/** Without any secret, that text is what somebody wrote. */
export function holdsSecrets(params: Readonly<Record<string, unknown>>): boolean {
  return Object.values(params).some(value => value instanceof Secret)
}

function toldOf({ name, where }: Step): ErrorData {
  const more = {
    next: 'Hand the secret over as it is (`content: params.token`), or write the text as a template and name it in `vars`; in a command, write sh`...` around it.',
    ...(where && { where }),
  }
  return inputError(`${name}: a secret inside other text would be written as ${mask}`, more).data
}

function holdsMask(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(mask)
  if (typeof value !== 'object' || value === null || value instanceof Secret) return false
  return Object.entries(value).some(([key, each]) => key.includes(mask) || holdsMask(each))
}
