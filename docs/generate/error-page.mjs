/** The page of errors: every kind from the program, every refusal whose words stand in the sources with its way out. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { html, prose } from './markup.mjs'
import { errorKinds, root } from './ops.mjs'

const text = String.raw`(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\`(?:[^\`\\]|\\.)*\`)`
const forms = [
  // inputError('title', { next: 'way out' }), with what else may stand beside `next`.
  new RegExp(String.raw`inputError\(\s*(${text}),\s*\{[^{}]*?\bnext:\s*(${text})`, 'g'),
  new RegExp(String.raw`\btitle:\s*(${text}),[^{}]*?\bnext:\s*(${text})`, 'g'),
]

/** Title and way out of each; what is only known in a run is an ellipsis. */
export function refusals() {
  const folder = join(root, 'src')
  const found = new Map()
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!path.endsWith('.ts')) continue
    const source = readFileSync(join(folder, path), 'utf8')
    for (const form of forms)
      for (const [, title, next] of source.matchAll(form)) {
        const [shown, out] = [wordsOf(title), wordsOf(next)]
        // A title that is nothing but what a run brings says nothing here.
        if (/[a-z]{3}.* /i.test(shown) && out !== '…') found.set(shown, out)
      }
  }
  return [...found].sort(([one], [other]) => one.replace(/^\W+/, '').localeCompare(other.replace(/^\W+/, '')))
}

/** The text of a literal, its holes left out: braces in them are counted, as templates lie in templates. */
function wordsOf(literal) {
  const inner = literal.slice(1, -1)
  let words = ''
  let depth = 0
  for (let at = 0; at < inner.length; at++) {
    if (literal[0] === '`' && depth === 0 && inner.startsWith('${', at)) {
      words += '…'
      depth = 1
      at++
    } else if (depth > 0) depth += inner[at] === '{' ? 1 : inner[at] === '}' ? -1 : 0
    else if (inner[at] === '\\') words += inner[++at] === 'n' ? ' ' : inner[at]
    else words += inner[at]
  }
  return words.replaceAll(/…(?:\s*…)+/g, '…').trim()
}

export function errorPage() {
  const kinds = Object.entries(errorKinds)
  const listed = refusals()
  const body = html`<h1>Errors</h1>
<p class="lead">Each error names its kind, the host, the step and its line in the recipe, what was said, whether the host differs from before, and what to do next.</p>
<h2>Kinds</h2>
<p>The exit code of a run over several hosts is that of the worst. <code>0</code> is done or nothing to do, <code>2</code> is the drift that <code>ops check</code> found.</p>
${kinds.map(
  ([
    code,
    { exitCode, means, causes, next },
  ]) => html`<section id="${code}"><h3><code>${code}</code> <small>exit ${exitCode}</small></h3>
<p>${prose(means)}</p>
<dl><dt>mostly</dt><dd>${prose(causes)}</dd><dt>way out</dt><dd>${prose(next)}</dd></dl></section>
`,
)}
<h2 id="refusals">What is said, and the way out</h2>
<p>Collected from the sources: every error whose title and way out stand there as text. What only a run knows is left out (…).</p>
<table class="refusals"><tbody>${listed.map(
    ([title, next]) => html`<tr><td>${prose(title)}</td><td>${prose(next)}</td></tr>
`,
  )}</tbody></table>`
  return {
    path: 'errors.html',
    title: 'Errors',
    about: `${kinds.length} kinds, ${listed.length} refusals`,
    body,
  }
}
