/** Text, tables and Markdown as HTML; whatever stands in a hole of the template is text, unless it is markup. */
import { Marked } from 'marked'

class Markup extends String {}

const names = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function filled(hole) {
  if (hole instanceof Markup) return String(hole)
  if (Array.isArray(hole)) return hole.map(filled).join('')
  if (hole === undefined || hole === false) return ''
  return String(hole).replaceAll(/[&<>"']/g, character => names[character])
}

/** Markup of a template. */
export function html(parts, ...holes) {
  return new Markup(parts.map((part, at) => part + (at < holes.length ? filled(holes[at]) : '')).join(''))
}

/** Our own sentences: text in which `code` is marked by backticks. */
export function prose(text) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

/** What is left of text when its markup is gone: for the search. */
export function plainText(markup) {
  return String(markup)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, entity => Object.keys(names).find(key => names[key] === entity))
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Markdown of ours; `linkTo` turns a link of the repository into one of the site, or into undefined: then its text is no link. */
export function markdown(text, linkTo) {
  const marked = new Marked({ gfm: true })
  marked.use({
    walkTokens(token) {
      if (token.type === 'link') token.href = linkTo(token.href)
    },
    renderer: {
      link({ href, tokens }) {
        return href === undefined ? this.parser.parseInline(tokens) : false
      },
    },
  })
  return new Markup(marked.parse(text))
}
