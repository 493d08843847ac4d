/** The shapes that a table had while its rows were saved: where no table can hold all of them, each goes back into one of its own. */
import { inputError } from '../../base/errors.ts'
import { type TableName, tableWord } from '../../mysql/table-name.ts'
import { quote } from '../../shell/quote.ts'

/** What people call a shape: the beginning of its fingerprint, which later runs do not change. */
function shapeName(fingerprint: string): string {
  return fingerprint.slice(0, 8)
}

/** In characters, of what people write. */
const shortestName = 4

interface Saved {
  readonly fingerprint: string
}

/** What was saved in one shape. @throws OpsError `input` where nothing was, or `shape` does not tell which. */
export function savedInShape<T>(
  all: readonly T[],
  savedOf: (each: T) => Saved,
  { shape, url }: { readonly shape: string | undefined; readonly url: string },
): readonly T[] {
  if (shape === undefined) return all
  const found = all.filter(each => savedOf(each).fingerprint.startsWith(shape))
  const namesOf = (some: readonly T[]): readonly string[] => [
    ...new Set(some.map(each => shapeName(savedOf(each).fingerprint))),
  ]
  const fitting = namesOf(found)
  if (fitting.length === 1 && shape.length >= shortestName) return found
  const title =
    shape.length < shortestName
      ? `--shape ${shape} is too short to name a shape: it needs its first ${shortestName} characters or more`
      : fitting.length > 1
        ? `--shape ${shape} is the beginning of ${fitting.length} shapes in ${url}: ${fitting.join(', ')}`
        : `nothing in ${url} was saved in the shape ${shape}`
  throw inputError(title, {
    next: `Nothing was restored. Shapes that its table had: ${namesOf(all).join(', ')}.`,
  })
}

/** How to restore each shape by itself. */
export interface ApartWords {
  /** As `ops db restore shop URL`. */
  readonly command: readonly string[]
  readonly target: TableName
  /** The newest first. */
  readonly shapes: readonly Saved[]
  /** Commands for tables that would be restored before it, and for those that refer to it. */
  readonly before?: readonly Command[]
  readonly after?: readonly Command[]
}

type Command = readonly string[]

/** Lines of what to do. */
export function restoreApart({ command, target, shapes, before = [], after = [] }: ApartWords): string {
  const commands = shapes.map(({ fingerprint }) => {
    const name = shapeName(fingerprint)
    const begun = [...target.table].slice(0, longestName - name.length - 1).join('')
    const into = tableWord({ ...target, table: `${begun}_${name}` })
    return [...command, '--shape', name, '--into', into]
  })
  const others = [
    ...(before.length + after.length === 0 ? [] : [' The other tables go by themselves']),
    ...(after.length === 0 ? [] : [', those below once its rows are moved']),
  ].join('')
  return [
    `Restore each shape into a table of its own, and move the rows from there with INSERT ... SELECT, which converts them: the newest first, as a row whose key is there by then is an older form.${others === '' ? '' : `${others}.`}`,
    ...[...before, ...commands, ...after].map(words => `  ops db ${words.map(quote).join(' ')}`),
  ].join('\n')
}

/** In characters (MySQL, "Identifier Length Limits"). */
const longestName = 64
