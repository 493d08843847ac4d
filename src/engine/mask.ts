/** Takes secrets out of any text before it becomes an event. */
import { masker, Secret } from '../base/secret.ts'
import type { Step } from './step.ts'

/** Returns a function that replaces every secret in the params of these steps by `[secret]`. */
export function maskerOf(steps: readonly Step[]): (text: string) => string {
  const secrets = new Set<string>()
  for (const step of steps) collect(step.params, secrets)
  return masker(secrets)
}

function collect(value: unknown, into: Set<string>): void {
  if (value instanceof Secret) into.add(value.reveal())
  else if (Array.isArray(value)) for (const each of value) collect(each, into)
  else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) collect(each, into)
  }
}
