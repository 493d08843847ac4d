/** The frame of each page: where it stands, the search, and its content. */
import { html } from './markup.mjs'

/** A whole page. `up` leads from its folder to the top of the site. */
export function layout({ title, body, path }) {
  const up = '../'.repeat(path.split('/').length - 1)
  const link = (to, text) =>
    html`<a href="${up}${to}"${path.startsWith(to.replace('index.html', '')) && to !== 'index.html' && html` aria-current="true"`}>${text}</a>`
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === 'ops' ? 'ops' : `${title} · ops`}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}site.css">
</head>
<body>
<nav>${link('index.html', html`<b>ops</b>`)}${link('how-to/index.html', 'How to')}${link('verbs/index.html', 'Verbs')}${link('resources/index.html', 'Resources')}${link('recipes/index.html', 'Recipes')}${link('errors.html', 'Errors')}${link('guides/index.html', 'Guides')}
<form role="search" hidden><input type="search" placeholder="search" aria-label="search all pages" data-up="${up}"><ul></ul></form></nav>
<main>
${body}
</main>
<script src="${up}search-index.js" defer></script>
<script src="${up}search.js" defer></script>
</body>
</html>
`)
}

/** A list of pages with what each is about. */
export function listing(entries) {
  return html`<dl class="pages">${entries.map(
    ({ to, name, about }) => html`<dt><a href="${to}"><code>${name}</code></a></dt><dd>${about}</dd>
`,
  )}</dl>`
}
