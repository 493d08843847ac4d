/** Names of steps that came through other recipes: `nginx: file /etc/x`, and `nginx 2: ...` for a second use. */
import type { PartUse, Step, StepOptions } from '../engine/step.ts'

/** Why a use may not be called so, if it may not: a step's name has to tell where that of its part ends. */
export function partNameProblem(as: unknown): { readonly title: string; readonly next: string } | undefined {
  if (as === undefined || (typeof as === 'string' && /^[A-Za-z0-9][\w-]*$/.test(as))) return undefined
  return { title: `as: ${JSON.stringify(as)} is no name of a part`, next: 'Write letters, digits, - and _.' }
}

/** Each name tells its recipe; `buildsOn` means a step of the same use where there is one of that name. */
export function namedByPart(steps: readonly Step[]): readonly Step[] {
  const prefixOf = prefixes()
  const named = steps.map(step => ({ step, prefix: prefixOf(step.parts ?? []) }))
  const names = new Set(named.map(({ step, prefix }) => prefix + step.name))
  return named.map(({ step, prefix }) =>
    prefix === ''
      ? step
      : { ...step, name: prefix + step.name, options: builtOn(step.options, prefix, names) },
  )
}

function builtOn(options: StepOptions, prefix: string, names: ReadonlySet<string>): StepOptions {
  const { buildsOn } = options
  if (buildsOn === undefined) return options
  const own = (name: string): string => (names.has(prefix + name) ? prefix + name : name)
  return { ...options, buildsOn: typeof buildsOn === 'string' ? own(buildsOn) : buildsOn.map(own) }
}

/** Uses are counted in the order in which their steps come, those of each recipe apart. */
function prefixes(): (parts: readonly PartUse[]) => string {
  const labels = new Map<PartUse, string>()
  const counts = new Map<string, number>()
  return parts => {
    let path = ''
    for (const part of parts) {
      let label = labels.get(part)
      if (label === undefined) {
        const at = `${path}/${part.name}`
        const number = (counts.get(at) ?? 0) + 1
        counts.set(at, number)
        label = number === 1 ? part.name : `${part.name} ${number}`
        labels.set(part, label)
      }
      path = path === '' ? label : `${path}/${label}`
    }
    return path === '' ? '' : `${path}: `
  }
}
