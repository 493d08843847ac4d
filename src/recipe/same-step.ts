/** Whether two steps say the very same thing, so that neither could undo the other. */
import { Secret } from '../base/secret.ts'
import { type Claim, overlap } from '../engine/claims.ts'
import type { Step } from '../engine/step.ts'

/** Of one resource, with equal params, run by the same user in the same way; `folder` is that of the run's own recipe. */
export function isSameStep(one: Step, other: Step, folder: string): boolean {
  return (
    one.resource === other.resource &&
    isSame(one.params, other.params) &&
    isSame(one.options.user, other.options.user) &&
    isSame(one.options.access, other.options.access) &&
    readsTheSame(one, other, folder)
  )
}

/** The same name of a local file is another file in another folder. */
function readsTheSame(one: Step, other: Step, folder: string): boolean {
  const { prepare } = one.resource
  const [own, others] = [one, other].map(({ parts }) => parts?.at(-1)?.folder ?? folder)
  if (prepare === undefined || own === undefined || others === undefined || own === others) return true
  try {
    return isSame(prepare(one.params, { folder: own }), prepare(other.params, { folder: others }))
  } catch {
    return false
  }
}

/** As data; what cannot be compared so is another thing. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (one instanceof Secret && other instanceof Secret) return one.reveal() === other.reveal()
  const isPlain = (value: object): boolean =>
    Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value))
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other)) return false
  const [entries, others] = [Object.entries(one), new Map(Object.entries(other))]
  return (
    entries.length === others.size &&
    entries.every(([key, value]) => others.has(key) && isSame(value, others.get(key)))
  )
}

/** Without what an earlier part says already: nothing else may write it, so it holds then, and costs no second look. */
export function withoutRepeats(steps: readonly Step[], folder: string): readonly Step[] {
  const kept: Step[] = []
  const standsFor = new Map<string, string>()
  for (const step of steps) {
    const before = step.parts && isLasting(step) ? earlier(step, kept, folder) : undefined
    if (before) standsFor.set(step.name, before.name)
    else kept.push(step)
  }
  if (standsFor.size === 0) return steps
  return kept.map(step => {
    const { buildsOn } = step.options
    if (buildsOn === undefined) return step
    const names = [buildsOn].flat().map(name => standsFor.get(name) ?? name)
    return { ...step, options: { ...step.options, buildsOn: names } }
  })
}

/** The same step of before, unless something between them was built on it. */
function earlier(step: Step, kept: readonly Step[], folder: string): Step | undefined {
  const at = kept.findIndex(other => other.parts && isSameStep(step, other, folder))
  if (at < 0) return undefined
  const own = claimsOf(step)
  const isTouched = kept
    .slice(at + 1)
    .some(other => claimsOf(other).some(claim => own.some(each => overlap(claim, each))))
  return isTouched ? undefined : kept[at]
}

const claimsOf = ({ resource, params, problems }: Step): readonly Claim[] =>
  problems.length > 0 ? [] : (resource.owns?.(params) ?? [])

/** Kinds of steps that hold by themselves once they are done: a service also restarts by what others write, a command may do anything. */
const lasting: ReadonlySet<string> = new Set([
  ...['apt', 'aptRepository', 'authorizedKey', 'directory', 'file', 'group', 'hostname', 'line', 'link'],
  ...['locale', 'option', 'sysctl', 'timezone', 'user'],
])

const isLasting = ({ resource, problems }: Step): boolean =>
  problems.length === 0 && lasting.has(resource.type)
