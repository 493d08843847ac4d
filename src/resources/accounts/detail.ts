/** What the look at an account told beside its state. */

const linesOf = (detail: string, mark: string): string[] =>
  detail
    .split('\n')
    .filter(line => line.startsWith(mark))
    .map(line => line.slice(mark.length))

/** What stands against the wanted state; undefined where nothing does. */
export function obstacleIn(detail: string): string | undefined {
  const found = linesOf(detail, 'obstacle=')
  return found.length === 0 ? undefined : found.join('; ')
}

/** Lines for a person. */
export function notesIn(detail: string): readonly string[] {
  return linesOf(detail, 'note=')
}
