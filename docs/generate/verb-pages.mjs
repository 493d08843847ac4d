/** A page for each verb, from its own help. */
import { listing } from './layout.mjs'
import { html, prose } from './markup.mjs'
import { said, verbs } from './ops.mjs'

export async function verbPages() {
  const pages = []
  for (const { name, summary } of verbs) {
    const help = await said(...name.split(' '), '--help')
    pages.push({
      path: `verbs/${fileOf(name)}`,
      title: `ops ${name}`,
      about: summary,
      body: html`<h1>ops ${name}</h1>
<p class="lead">${prose(summary)}</p>
${helpMarkup(help)}`,
    })
  }
  const body = html`<h1>Verbs</h1>
<p class="lead">What the command line can do. Common flags are the same wherever they stand.</p>
${listing(verbs.map(({ name, summary }) => ({ to: fileOf(name), name: `ops ${name}`, about: prose(summary) })))}`
  return [{ path: 'verbs/index.html', title: 'Verbs', about: 'All verbs', body }, ...pages]
}

function fileOf(name) {
  return `${name.replace(' ', '-')}.html`
}

/** The paragraphs of a help, its flags as tables. */
function helpMarkup(help) {
  return help
    .trimEnd()
    .split(/\n\n+(?=\S)/)
    .map(part => {
      const [first, ...rest] = part.split('\n')
      const rows = /^[A-Z][\w ]*:$/.test(first) ? flagRows(rest) : undefined
      if (rows)
        return html`<h2>${first.slice(0, -1)}</h2>
<table><tbody>${rows.map(
          ([flag, text]) => html`<tr><td><code>${flag}</code></td><td>${prose(text)}</td></tr>
`,
        )}</tbody></table>
`
      if (first.startsWith('Usage: '))
        return html`<pre>${part.slice('Usage: '.length)}</pre>
`
      return paragraphs(part)
    })
}

/** Sentences, and below them the lines that are indented, as they are. */
function paragraphs(part) {
  return part.split(/\n(?=\S)|(?<=^\S.*)\n(?=\s)/m).map(piece =>
    /^\s/.test(piece)
      ? html`<pre>${piece}</pre>
`
      : html`<p>${prose(piece)}</p>
`,
  )
}

/** Flag and text of each; undefined where these are no flags. */
function flagRows(lines) {
  const rows = []
  for (const line of lines) {
    const [, flag, text] = /^ {2}(-\S.*?)(?: {2,}(.*))?$/.exec(line) ?? []
    if (flag !== undefined) rows.push([flag, text ?? ''])
    else if (rows.length > 0 && /^ {4,}\S/.test(line))
      rows.at(-1)[1] = `${rows.at(-1)[1]} ${line.trim()}`.trim()
    else if (line.trim() !== '') return undefined
  }
  return rows.length > 0 ? rows : undefined
}
