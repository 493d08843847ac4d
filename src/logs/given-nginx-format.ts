/** What a person gives as the text of an nginx format: checked for what would be read otherwise than it was meant. */
import { inputError } from '../base/errors.ts'
import type { LogFormat } from './format.ts'
import { isNginxVariable, nginxFormat } from './nginx-format.ts'

const typesText = '${NAME:number}, ${NAME:word} and ${NAME:text}'
const oneDirective =
  /^\s*log_format\s+\S+(?:\s+(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[^\s"';][^\s;]*))+\s*(?:;|$)/

/** Whether the words of a `log_format` line are such as nginx would take: its `;` may be missing. */
export function isDirective(text: string): boolean {
  return oneDirective.test(text)
}

/** @throws OpsError `input` for a type that there is not, and for fields that no line can tell apart. */
export function givenNginxFormat(text: string): LogFormat {
  for (const [written, type = ''] of text.matchAll(/\$\{\w*:([^}]*)\}/g)) {
    if (['number', 'word', 'text'].includes(type)) continue
    throw inputError(`--format has ${written}, and there is no type ${JSON.stringify(type)}`, {
      next: `There are ${typesText}.`,
    })
  }
  const field = String.raw`\$(?:\{(\w+)(:\w+)?\}|(\w+))`
  for (const match of text.matchAll(new RegExp(`${field}(?=${field})`, 'g'))) {
    const [one, firstBraced, firstType, firstBare, braced, type, bare] = match
    const isTyped = firstType !== undefined || type !== undefined
    const isKnown = isNginxVariable(firstBraced ?? firstBare ?? '') && isNginxVariable(braced ?? bare ?? '')
    if (isKnown && !isTyped) continue
    const name = [firstBraced ?? firstBare, braced ?? bare].join('_')
    throw inputError(
      `--format has nothing between ${one} and the field after it: no line tells where one ends`,
      {
        next: `Write what stands between them (\\t for a tab), or one field for both: $${name}.`,
      },
    )
  }
  return nginxFormat(text.replaceAll('\\t', '\t'))
}
