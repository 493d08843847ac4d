/** A directory that a run made stays where something in it does. */
import type { Step } from '../../engine/step.ts'

/**
 * Why each step of an undo is left out, in their order: what is in a directory comes before it. `whys` are the reasons so far,
 * `stays` is what no step takes away, `holds` what is in each directory that would go.
 */
export function withHeld(
  steps: readonly Pick<Step, 'resource' | 'params'>[],
  whys: readonly (string | undefined)[],
  stays: readonly string[],
  holds: ReadonlyMap<string, readonly string[]>,
): readonly (string | undefined)[] {
  const staying = new Set(stays)
  return steps.map(({ resource, params }, at) => {
    const { path = '', state } = params as { readonly path?: string; readonly state?: string }
    const goes = resource.type === 'directory' && state === 'absent'
    const inside = goes ? (holds.get(path) ?? []).filter(each => staying.has(each)) : []
    const why =
      whys[at] ?? (inside.length > 0 ? `it holds what stays: ${inside.slice(0, 3).join(', ')}` : undefined)
    if (why !== undefined) staying.add(path)
    return why
  })
}
