import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const contributing = read('CONTRIBUTING.md')

test('the legend of the fault classes names those that there are, and no other', () => {
  const legend = [...read('test/faults/legend.md').matchAll(/^\| ([A-H]\d+) +\|/gm)].map(
    match => match[1] ?? '',
  )
  const tests = readdirSync(join(root, 'test/faults'), { recursive: true, encoding: 'utf8' }).filter(path =>
    path.endsWith('.test.ts'),
  )
  const texts = [...tests.map(path => `test/faults/${path}`), 'test/faults/instruments/proved-elsewhere.ts']
  const used = texts.flatMap(path =>
    [...read(path).matchAll(/\b(?:id|row): '([A-H]\d+)'/g)].map(match => match[1] ?? ''),
  )
  expect(used.length).toBeGreaterThan(40)
  expect([...new Set(used)].filter(id => !legend.includes(id))).toEqual([])
  expect(new Set(legend).size).toBe(legend.length)
})

describe('CONTRIBUTING', () => {
  test('names files and scripts that are there', () => {
    const paths = [...contributing.matchAll(/`((?:src|test|docs|recipes|bench)\/[\w./-]+)`/g)].map(
      match => match[1] ?? '',
    )
    expect(paths.length).toBeGreaterThan(10)
    expect(paths.filter(path => !path.includes('NAME') && !existsSync(join(root, path)))).toEqual([])
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    for (const [, name = ''] of contributing.matchAll(/npm run ([a-z:]+)/g))
      expect(Object.keys(scripts)).toContain(name)
  })

  test('fits on one screen', () => {
    const lines = contributing.trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(50)
    expect(lines.filter(line => line.length > 130)).toEqual([])
  })

  test('has a sample to copy and the test that holds it for each of what is added most', () => {
    for (const what of [
      'a resource',
      'a resource made of others',
      'a verb',
      'a recipe',
      'a data job',
      'a backend',
      'a store',
    ])
      expect(contributing).toMatch(
        new RegExp(`^\\| ${what} +\\| .*\`\\S+\`.* \\| .*\`test/\\S+\`.* \\|$`, 'm'),
      )
  })

  test('shows every room of the sources on its map', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter(entry => entry.isDirectory())
    for (const { name } of rooms) expect(contributing).toMatch(new RegExp(`^ +src/${name}/ `, 'm'))
  })
})

test('the files that take longest, and so begin first, are there', () => {
  const listed = [...read('test/longest-first.ts').matchAll(/'(\S+\.test\.ts)'/g)].map(
    match => match[1] ?? '',
  )
  expect(listed.length).toBeGreaterThan(20)
  expect(listed.filter(path => !existsSync(join(root, 'test', path)))).toEqual([])
})

test('pages of docs name files that are there', () => {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.md'),
  )
  for (const page of pages) {
    const paths = [...read(`docs/${page}`).matchAll(/`((?:src|test|docs|recipes)\/[\w./-]+)`/g)].map(
      match => match[1] ?? '',
    )
    expect(
      paths.filter(path => !path.includes('NAME') && !existsSync(join(root, path))),
      page,
    ).toEqual([])
  }
})

test('what broke on purpose is the same count on its page and in the README', () => {
  const rows = [
    ...(read('docs/broken-on-purpose.md').split('\n## ')[0] ?? '').matchAll(
      /^\|.*\| +([\d,]+) +\| .* \| (\d+) +\|$/gm,
    ),
  ]
  const sum = (at: number) => rows.reduce((before, row) => before + Number(row[at]?.replaceAll(',', '')), 0)
  expect(rows.length).toBeGreaterThan(15)
  const [, cases, broken] = /^Of ([\d,]+) cases on [^.]*? (\d+) broke;/m.exec(read('README.md')) ?? []
  expect([cases, broken]).toEqual([sum(1).toLocaleString('en'), String(sum(2))])
})

test('a decision is some ten lines, and says its question in the title', () => {
  for (const name of readdirSync(join(root, 'docs/decisions'))) {
    const text = read(`docs/decisions/${name}`)
    expect(text, name).toMatch(/^# \S.{10,}\n/)
    const lines = text.trimEnd().split('\n')
    expect(lines.length, name).toBeLessThanOrEqual(16)
    expect(
      lines.filter(line => line.length > 130),
      name,
    ).toEqual([])
  }
})

test('the sample of docs/resource.md is the resource that it names', () => {
  const sample = /^```ts\n([\s\S]*?)^```/m.exec(read('docs/resource.md'))?.[1]?.trim().split('\n') ?? []
  const source = read('src/resources/timezone.ts').split('\n')
  expect(sample.length).toBeGreaterThan(20)
  expect(sample.filter(line => !source.includes(line))).toEqual([])
  expect(source.length).toBeLessThanOrEqual(61)
})
