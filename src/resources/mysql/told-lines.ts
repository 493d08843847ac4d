/** What a look told people, line by line: each begins with a word that says what it is about. */

/** The rest of each line that begins so. */
export type ToldLines = (beginning: string) => string[]

/** Of the detail of a look. */
export function toldLines(detail: string): ToldLines {
  const lines = detail.split('\n')
  return beginning =>
    lines.flatMap(line => (line.startsWith(beginning) ? [line.slice(beginning.length)] : []))
}
