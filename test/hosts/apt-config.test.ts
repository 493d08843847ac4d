import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readSources, sourcesOf } from './apt-config.ts'

function etcApt(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ops-apt-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'sources.list.d'))
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content)
  return folder
}

const stanza =
  'Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\nComponents: main'

test('takes whole stanzas of the release, without comments', () => {
  const other = 'Types: deb\nURIs: http://other.test\nSuites: nodistro\nComponents: main'
  const folder = etcApt({ 'sources.list.d/all.sources': `# ours\n${stanza}\n\n${other}\n` })
  expect(readSources(folder)).toBe(`${stanza}\n`)
})

test('leaves out stanzas that are switched off or only for source packages', () => {
  const off = `${stanza}\nEnabled: no`
  const source = stanza.replace('deb\n', 'deb-src\n')
  expect(readSources(etcApt({ 'sources.list.d/off.sources': `${off}\n\n${source}\n` }))).toBe('')
})

test('takes one-line entries where there is no stanza', () => {
  const lines =
    'deb http://mirror.test/debian bookworm main\ndeb-src http://mirror.test/debian bookworm main\n'
  const folder = etcApt({ 'sources.list': `${lines}deb http://mirror.test/debian sid main\n` })
  expect(readSources(folder)).toBe('deb http://mirror.test/debian bookworm main\n')
})

test('finds nothing where only other releases are named', () => {
  expect(readSources(etcApt({ 'sources.list': 'deb http://mirror.test/debian trixie main\n' }))).toBe('')
})

test('takes another release from the same mirror, by its main suite alone', () => {
  const security = stanza
    .replace('debian\n', 'debian-security\n')
    .replace(/^Suites:.*$/m, 'Suites: bookworm-security')
  expect(sourcesOf('trixie', `${stanza}\n\n${security}\n`)).toBe(
    `${stanza.replace('bookworm bookworm-updates', 'trixie')}\n`,
  )
  const lines =
    'deb http://mirror.test/debian bookworm main\ndeb http://mirror.test/debian bookworm-updates main\n'
  expect(sourcesOf('bullseye', lines)).toBe('deb http://mirror.test/debian bullseye main\n')
})
