/** A page for each resource and each recipe that comes with ops, from what they say of themselves. */
import { listing } from './layout.mjs'
import { html, prose } from './markup.mjs'
import { data } from './ops.mjs'

export async function resourcePages() {
  const all = await data('resources')
  const pages = []
  const undone = []
  for (const { type } of all) {
    const { doc, params, examples, undo } = await data('resources', type)
    if (undo) undone.push([type, undo])
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
)}${undo ? html`<h2>ops undo</h2><p>${prose(undo)}</p>` : ''}`,
    })
  }
  pages.push({
    path: 'undo.html',
    title: 'What ops undo does',
    about: 'What `ops undo` does about each resource.',
    body: html`<h1>What ops undo does</h1>
<p class="lead">${prose('About a step that changed something. What somebody else has changed since stays, and is named; a step that ran as another user is not taken back.')}</p>
<table>${undone.map(([type, undo]) => html`<tr><td><a href="resources/${type}.html"><code>${type}</code></a></td><td>${prose(undo)}</td></tr>`)}</table>`,
  })
  const body = html`<h1>Resources</h1>
<p class="lead">What recipes are made of. Each is looked at, planned, guarded, done and proved.</p>
<p><a href="../undo.html">${prose('What `ops undo` does about each of them')}</a></p>
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
