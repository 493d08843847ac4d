/** An error as a box: what happened, where, what it said, what is true now, what to do. */
import type { ErrorData } from '../../base/errors.ts'
import { changedText } from '../error-text.ts'
import { place } from '../words.ts'
import { html, type Markup } from './markup.ts'

/** One error. */
export function errorMarkup(error: ErrorData): Markup {
  const { code, title, step, where, detail, command, said, changed, next } = error
  const row = (label: string, text: string | undefined): Markup | false =>
    text !== undefined && text !== '' && html`<dt>${label}</dt><dd>${text.trimEnd()}</dd>`
  return html`<div class="error"><p><code>${code}</code> <b>${step !== undefined && !title.includes(step) && `${step}: `}${title}</b></p><dl>${[
    row('at', where && place(where)),
    row('', detail),
    row('ran', command),
    row('said', said),
    changed !== undefined && code !== 'input' && row('changed', changedText(error)),
    row('next', next),
  ]}</dl></div>
`
}
