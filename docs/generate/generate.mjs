/** `npm run docs [FOLDER]`: a site of plain HTML, generated from the code and from docs/; the default is docs-site/. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorPage } from './error-page.mjs'
import { guidePages } from './guide-pages.mjs'
import { layout, listing } from './layout.mjs'
import { recipePages, resourcePages } from './library-pages.mjs'
import { html, plainText } from './markup.mjs'
import { verbPages } from './verb-pages.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Tells a folder that an earlier run wrote from one of somebody's own. */
const markName = '.ops-docs'

/** Writes the site anew, into an empty folder or over an earlier one of its own; answers with how many pages it has. */
export async function generate(folder) {
  const mark = join(folder, markName)
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(mark))
    throw new Error(`${folder} is not empty, and no site that this wrote: name another folder, or empty it`)
  const [verbs, resources, recipes, guides] = [
    await verbPages(),
    await resourcePages(),
    await recipePages(),
    guidePages(),
  ]
  const pages = [...guides, ...verbs, ...resources, ...recipes, errorPage()]
  const tops = pages.filter(({ path }) => /^[\w-]+\/index\.html$|^errors\.html$/.test(path))
  const front = {
    path: 'index.html',
    title: 'ops',
    body: html`<h1>ops</h1>
<p class="lead">Brings servers to a known state from recipes written in TypeScript, over plain SSH, with nothing installed on the server, and proof that they got there.</p>
<pre>ops plan web web1 --listen 9000      # what would be done, with diffs; touches nothing
ops apply web web1 --listen 9000     # plan, ask, apply, prove
ops apply web web1 --listen 9000     # nothing to do: 1 trip</pre>
${listing(tops.map(({ path, title, about }) => ({ to: path, name: title, about })))}
<p>All of this was generated from the program itself and from the files beside its sources.</p>`,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(mark, 'Written by `npm run docs`, which writes all that is here anew.\n')
  for (const part of ['how-to', 'guides', 'verbs', 'resources', 'recipes'])
    rmSync(join(folder, part), { recursive: true, force: true })
  for (const page of [front, ...pages]) {
    mkdirSync(dirname(join(folder, page.path)), { recursive: true })
    writeFileSync(join(folder, page.path), layout(page))
  }
  for (const name of ['site.css', 'search.js']) copyFileSync(join(here, name), join(folder, name))
  const index = pages.map(({ path, title, about, body }) => [
    path,
    title,
    String(about),
    plainText(body).slice(0, 20_000),
  ])
  writeFileSync(join(folder, 'search-index.js'), `const searchIndex = ${JSON.stringify(index)}\n`)
  return pages.length + 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? 'docs-site')
  try {
    const pages = await generate(folder)
    console.log(`${pages} pages in ${folder}: open ${join(folder, 'index.html')}`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
