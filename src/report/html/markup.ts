/** HTML as data: every hole of the template is text, and escaped, unless it is markup itself. */
import { printable } from '../printable.ts'

/** What is HTML already. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a hole; `false` and `undefined` leave it empty. */
export type Hole = Markup | string | number | false | undefined | readonly Hole[]

/** Markup of a template. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  return new Markup(parts.map((part, at) => part + filled(holes[at])).join(''))
}

function filled(hole: Hole): string {
  if (hole === undefined || hole === false) return ''
  if (hole instanceof Markup) return hole.text
  if (typeof hole === 'string') return escaped(hole)
  return typeof hole === 'number' ? String(hole) : hole.map(filled).join('')
}

const names: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML shows it, in an element or a quoted attribute; what would move or hide text is shown as on a terminal. */
function escaped(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, character => names[character] ?? '')
}
