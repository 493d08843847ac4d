/** What a `line` step does to lines and texts that are known before any host is asked. */
import type { TextEdit } from '../../engine/promised.ts'
import { extendedRegExp } from './extended-regexp.ts'

interface LineParams {
  readonly path: string
  readonly line: string
  readonly match?: string | undefined
  readonly state: 'present' | 'absent'
}

/** As its shell would do it. */
export function lineEdit({ path, line, match, state }: LineParams): TextEdit {
  const expression = match === undefined ? undefined : extendedRegExp(match)
  const hits = (text: string): boolean =>
    expression instanceof RegExp ? expression.test(text) : match === undefined && text === line
  if (state === 'absent') return { path, takes: hits, accepts: text => !linesOf(text).some(hits) }
  return {
    path,
    leaves: [line],
    takes: other => other !== line && hits(other),
    accepts: text => linesOf(text).findLast(hits) === line,
  }
}

/** Without line ends of either kind, and without a byte order mark. */
export function linesOf(text: string): readonly string[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  return (lines.at(-1) === '' ? lines.slice(0, -1) : lines).map(each => each.replace(/\r$/, ''))
}
