/** A page for each resource and each recipe that comes with ops, from what they say of themselves. */
import { listing } from './layout.mjs'
import { html, prose } from './markup.mjs'
import { data } from './ops.mjs'

export async function resourcePages() {
  const all = await data('resources')
  const pages = []
  for (const { type } of all) {
    const { doc, params, examples } = await data('resources', type)
    pages.push({
      path: `resources/${type}.html`,
      title: type,
      about: doc,
      body: html`<h1>${type}</h1>
<p class="lead">${prose(doc)}</p>
<h2>Params</h2>
${paramTable(params.map(param => ({ ...param, shown: param.name })))}
<p>Every step also takes <code>{ user, buildsOn, access, after, onceFor }</code> as a second argument: who runs it, the steps that it may write over, what the host puts back by itself when the step cuts our access, the hosts that are done before, and the group that it is done once for.</p>
<h2>Examples</h2>
${examples.map(
  ({ title, code }) => html`<h3>${title}</h3>
<pre>${code}</pre>
`,
)}`,
    })
  }
  const body = html`<h1>Resources</h1>
<p class="lead">What recipes are made of. Each is looked at, planned, guarded, done and proved.</p>
${listing(all.map(({ type, doc }) => ({ to: `${type}.html`, name: type, about: prose(doc) })))}`
  return [{ path: 'resources/index.html', title: 'Resources', about: 'All resources', body }, ...pages]
}

export async function recipePages() {
  const all = (await data('recipes')).filter(({ origin }) => origin === 'shipped')
  const pages = []
  for (const { name } of all) {
    const { summary, description = '', params, examples } = await data('recipes', name)
    pages.push({
      path: `recipes/${name}.html`,
      title: name,
      about: summary,
      body: html`<h1>${name}</h1>
<p class="lead">${prose(summary)}</p>
${description
  .trim()
  .split(/\n{2,}/)
  .filter(Boolean)
  .map(
    part => html`<p>${prose(part)}</p>
`,
  )}<h2>Params</h2>
${params.length === 0 ? html`<p>None.</p>` : paramTable(params.map(param => ({ ...param, shown: [param.flag, param.negation].filter(Boolean).join(', ') })))}
<h2>Examples</h2>
<pre>${examples.length === 0 ? `ops apply ${name} HOST` : examples.map(({ title, command }) => `# ${title}\n${command}`).join('\n\n')}</pre>
`,
    })
  }
  const body = html`<h1>Recipes</h1>
<p class="lead">Those that come with ops. Your own lie in the folder <code>recipes</code> of your project, and come first.</p>
${listing(all.map(({ name, summary }) => ({ to: `${name}.html`, name, about: prose(summary) })))}`
  return [{ path: 'recipes/index.html', title: 'Recipes', about: 'All recipes', body }, ...pages]
}

function paramTable(params) {
  return html`<table><thead><tr><th>name</th><th>type</th><th>default</th><th></th></tr></thead><tbody>${params.map(
    ({ shown, type, required, default: preset, help }) =>
      html`<tr><td><code>${shown}</code></td><td><code>${type}</code></td><td>${required ? html`<b>required</b>` : preset !== undefined && preset !== '' && html`<code>${preset}</code>`}</td><td>${prose(help)}</td></tr>
`,
  )}</tbody></table>`
}
