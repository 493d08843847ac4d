/** A unified diff for people; what decides is the hash. */
import { createTwoFilesPatch } from 'diff'

/** Lines of context around each hunk. */
const context = 3

/** Returns a unified diff without its `Index` banner, or undefined when both texts are equal. */
export function unifiedDiff(name: string, actual: string, desired: string): string | undefined {
  if (actual === desired) return undefined
  const patch = createTwoFilesPatch(`${name} (now)`, `${name} (planned)`, actual, desired, '', '', {
    context,
  })
  return patch.replace(/^=+\n/, '').replace(/^Index:.*\n/, '')
}
