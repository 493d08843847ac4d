/** The Markdown of the repository as pages: how-tos, guides, the README. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { listing } from './layout.mjs'
import { html, markdown, prose } from './markup.mjs'
import { root } from './ops.mjs'

/** Pages by the file of the repository that each is made of. */
const places = new Map([
  ['README.md', 'guides/readme.html'],
  ['CONTRIBUTING.md', 'guides/contributing.html'],
  ...namesIn('docs/how-to').map(name => [`docs/how-to/${name}.md`, `how-to/${name}.html`]),
  ...namesIn('docs').map(name => [`docs/${name}.md`, `guides/${name}.html`]),
  ...namesIn('docs/decisions').map(name => [`docs/decisions/${name}.md`, `guides/decisions/${name}.html`]),
  ...namesIn('docs/formats').map(name => [`docs/formats/${name}.md`, `guides/formats/${name}.html`]),
])

function namesIn(folder) {
  return readdirSync(join(root, folder))
    .filter(name => name.endsWith('.md'))
    .map(name => name.slice(0, -3))
    .sort()
}

export function guidePages() {
  const pages = [...places].map(([file, path]) => pageOf(file, path))
  const below = folder => pages.filter(({ path }) => path.startsWith(folder))
  const [howTos, guides] = [below('how-to/'), below('guides/')]
  return [
    indexOf(
      'how-to',
      'How to',
      'Ten short ways through what is done most. Each is run by a test, as it stands.',
      howTos,
    ),
    indexOf(
      'guides',
      'Guides',
      'The whole README, how to write resources and jobs, and why things are as they are.',
      guides,
    ),
    ...pages,
  ]
}

function indexOf(folder, title, lead, pages) {
  const entries = pages.map(({ path, title: name, about }) => ({
    to: path.slice(folder.length + 1),
    name,
    about: prose(about),
  }))
  return {
    path: `${folder}/index.html`,
    title,
    about: lead,
    body: html`<h1>${title}</h1>
<p class="lead">${lead}</p>
${listing(entries)}`,
  }
}

function pageOf(file, path) {
  const text = readFileSync(join(root, file), 'utf8')
  const [, title = file] = /^# (.*)$/m.exec(text) ?? []
  const [about = ''] = text.replace(/^# .*\n+/, '').split('\n\n')
  return {
    path,
    title: title.replaceAll('`', ''),
    about: /^[|`\s]/.test(about)
      ? ''
      : about
          .replaceAll('\n', ' ')
          .replaceAll(/[*[\]]|\([^)]*\.md\)/g, '')
          .slice(0, 200),
    body: html`<article>${markdown(text, href => linkFrom(file, path, href))}</article>`,
  }
}

/** A link of a file as one of its page; what is no page stays as text would: the site has no copy of it. */
function linkFrom(file, path, href) {
  if (/^(?:[a-z]+:|#)/.test(href)) return href
  const [to = '', anchor = ''] = href.split('#')
  const target = places.get(normalize(join(dirname(file), to)))
  if (target === undefined) {
    if (!existsSync(join(root, dirname(file), to)))
      throw new Error(`${file} links to ${href}, which is not there`)
    return undefined
  }
  return `${'../'.repeat(path.split('/').length - 1)}${target}${anchor === '' ? '' : `#${anchor}`}`
}
