import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verbs } from '../../src/cli/documented.ts'
import { acrossPages } from '../../src/resources/docs/across-pages.ts'
import { contracts } from '../../src/resources/index.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let site: string
/** The text of each page, by its path within the site. */
const pages = new Map<string, string>()

beforeAll(async () => {
  site = mkdtempSync(join(tmpdir(), 'ops-site-'))
  await promisify(execFile)(process.execPath, [join(root, 'docs/generate/generate.mjs'), site])
  for (const path of readdirSync(site, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.html')) pages.set(path, readFileSync(join(site, path), 'utf8'))
})
afterAll(() => rmSync(site, { recursive: true }))

const namesIn = (folder: string) =>
  [...pages.keys()]
    .flatMap(path => new RegExp(`^${folder}/((?!index)[^/]+)\\.html$`).exec(path)?.[1] ?? [])
    .sort()

test('every verb, resource and shipped recipe has its page, and each how-to', () => {
  expect(namesIn('verbs')).toEqual(verbs.map(({ name }) => name.replace(' ', '-')).sort())
  expect(namesIn('resources')).toEqual([...Object.keys(contracts), ...Object.keys(acrossPages)].sort())
  const recipes = readdirSync(join(root, 'recipes')).filter(name => /^[^_.].*\.ts$/.test(name))
  expect(namesIn('recipes')).toEqual(recipes.map(name => name.slice(0, -3)).sort())
  expect(namesIn('how-to')).toHaveLength(10)
})

test('every page below docs is a page of the site', () => {
  for (const folder of ['decisions', 'formats']) {
    const files = readdirSync(join(root, 'docs', folder)).map(name => name.slice(0, -3))
    expect(namesIn(`guides/${folder}`)).toEqual(files.sort())
  }
})

test('a folder that holds what no earlier run wrote is left alone', async () => {
  const own = temporaryFolder({ 'how-to/mine.md': 'mine' })
  const run = promisify(execFile)(process.execPath, [join(root, 'docs/generate/generate.mjs'), own])
  await expect(run).rejects.toThrow(`${own} is not empty, and no site that this wrote`)
  expect(readdirSync(own, { recursive: true }).sort()).toEqual(['how-to', 'how-to/mine.md'])
  expect(existsSync(join(site, '.ops-docs'))).toBe(true)
})

test('every link within the site leads somewhere, and no page loads anything from elsewhere', () => {
  const broken: string[] = []
  for (const [path, text] of pages) {
    for (const [, kind = '', to = ''] of text.matchAll(/<[^>]*?\b(href|src)="([^"]*)"/g)) {
      if (/^https?:/.test(to) && kind === 'href' && !text.includes(`<link rel="stylesheet" href="${to}"`))
        continue
      if (to.startsWith('data:,')) continue
      const [file = '', anchor = ''] = to.split('#')
      if (file === '' && anchor === '') broken.push(`${path}: ${to}`)
      const target = file === '' ? path : join(dirname(path), file)
      if (!existsSync(join(site, target))) broken.push(`${path}: ${to}`)
      else if (anchor !== '' && !pages.get(target)?.includes(`id="${anchor}"`)) broken.push(`${path}: ${to}`)
    }
  }
  expect(broken).toEqual([])
})

test('flags, params and examples stand where they belong', () => {
  expect(pages.get('verbs/plan.html')).toMatch(
    /<h2>Output<\/h2>\s*<table>[\s\S]*<td><code>--html &lt;file&gt;<\/code><\/td><td>\S/,
  )
  expect(pages.get('verbs/db-archive.html')).toContain('<code>--older-than')
  expect(pages.get('resources/file.html')).toMatch(
    /<td><code>path<\/code><\/td>[\s\S]*<b>required<\/b>[\s\S]*file\(\{/,
  )
  expect(pages.get('recipes/guarded-backup.html')).toContain(
    '<code>--accept-shrink, --no-accept-shrink</code>',
  )
})

test('the page of errors has every kind with its exit code, and refusals with their way out', () => {
  const text = pages.get('errors.html') ?? ''
  const kinds = [...text.matchAll(/<section id="([\w-]+)"><h3><code>[\w-]+<\/code> <small>exit (\d+)/g)]
  expect(Object.fromEntries(kinds.map(([, kind, code]) => [kind, Number(code)]))).toMatchObject({
    input: 3,
    lost: 5,
    moved: 8,
    'not-converged': 1,
  })
  expect(kinds).toHaveLength(13)
  const [, table = ''] = text.split('<table class="refusals">')
  expect(table.match(/<tr>/g)?.length).toBeGreaterThan(150)
  expect(table).toMatch(/<td>no host given<\/td><td>\S/)
})

test('the search finds pages by the words on them', () => {
  const index = readFileSync(join(site, 'search-index.js'), 'utf8')
  const entries = JSON.parse(index.replace(/^const searchIndex = /, '')) as readonly (readonly string[])[]
  expect(entries.map(([path = '']) => path).filter(path => !pages.has(path))).toEqual([])
  const found = entries.filter(
    ([, , , text]) => text?.includes('ssh-copy-id') || text?.includes('authorized_keys'),
  )
  expect(found.map(([path]) => path)).toContain('resources/authorizedKey.html')
})
