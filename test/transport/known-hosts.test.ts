/** known_hosts is read as `ssh-keygen -F` reads it, and written as `ssh` can read it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  fingerprint,
  judgeHostKey,
  keyTypeOf,
  knownHostsName,
  readKnownHosts,
  recordHostKey,
} from '../../src/transport/known-hosts.ts'

const directory = mkdtempSync(join(tmpdir(), 'ops-known-hosts-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const newKey = (name: string, type = 'ed25519') => {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(directory, name)])
  const [keyType = '', base64 = ''] = readFileSync(join(directory, `${name}.pub`), 'utf8').split(' ')
  return { words: `${keyType} ${base64}`, key: Buffer.from(base64, 'base64') }
}
const one = newKey('one')
const two = newKey('two')
const rsa = newKey('rsa', 'rsa')

const write = (name: string, text: string) => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const file = write(
  'mixed',
  [
    '# a comment',
    '',
    `plain ${one.words} with a comment`,
    `a,b,[c]:2222 ${one.words}`,
    `*.example.com,!bad.example.com ${one.words}`,
    `  indented\t${two.words}`,
    `@revoked revoked.example.org ${two.words}`,
    `@cert-authority *.ca.example ${rsa.words}`,
    `@unknown-marker strange ${one.words}`,
    `h?st ${rsa.words}`,
    `UPPER.example ${one.words}`,
    `[10.0.*]:22?? ${one.words}`,
    'short line',
    `broken ssh-ed25519 AAAA`,
    `::1 ${one.words}`,
    `crlf ${one.words}\r`,
  ].join('\n'),
)
const hashed = write('hashed', `secret-name ${one.words}\n[secret-name]:2200 ${two.words}\n`)
execFileSync('ssh-keygen', ['-q', '-H', '-f', hashed], { stdio: 'ignore' })

test.each([
  'plain',
  'a',
  'b',
  '[c]:2222',
  'c',
  'www.example.com',
  'bad.example.com',
  'example.com',
  'indented',
  'revoked.example.org',
  'x.ca.example',
  'strange',
  'host',
  'hoost',
  'upper.example',
  '[10.0.1.2]:2201',
  '[10.0.1.2]:2301',
  '10.0.1.2',
  'short',
  '::1',
  'crlf',
  'secret-name',
  '[secret-name]:2200',
  '[secret-name]:2201',
])('finds the same lines for %s as ssh-keygen does', name => {
  const lines = [file, hashed].flatMap(path => {
    const { stdout } = spawnSync('ssh-keygen', ['-F', name, '-f', path], { encoding: 'utf8' })
    return [...stdout.matchAll(/found: line (\d+)/g)].map(match => `${path}:${match[1]}`)
  })
  expect(readKnownHosts([file, hashed], name).map(entry => `${entry.file}:${entry.line}`)).toEqual(lines)
})

test('a line whose key cannot be read names nobody, as in ssh', () => {
  expect(readKnownHosts([file], 'broken')).toEqual([])
})

test('a revoked key loses, an equal key wins over another one, and any other key means a change', () => {
  const entries = (text: string) => readKnownHosts([write('judged', text)], 'h')
  expect(judgeHostKey(one.key, entries(`h ${one.words}\n@revoked h ${one.words}\n`)).kind).toBe('revoked')
  expect(judgeHostKey(one.key, entries(`h ${two.words}\nh ${one.words}\n`)).kind).toBe('known')
  expect(judgeHostKey(one.key, entries(`h ${two.words}\n`)).kind).toBe('changed')
  expect(judgeHostKey(one.key, entries(`h ${rsa.words}\n`)).kind).toBe('changed')
  expect(judgeHostKey(one.key, entries(`other ${one.words}\n`)).kind).toBe('unknown')
  expect(judgeHostKey(one.key, entries(`@cert-authority h ${one.words}\n`)).kind).toBe('unknown')
})

test('prints the fingerprint that ssh-keygen prints', () => {
  for (const [name, { key }] of Object.entries({ one, rsa })) {
    const printed = execFileSync('ssh-keygen', ['-lf', join(directory, `${name}.pub`)], { encoding: 'utf8' })
    expect(printed).toContain(fingerprint(key))
    expect(printed.toLowerCase()).toContain(keyTypeOf(key).replace('ssh-', ''))
  }
})

test('records a key so that ssh-keygen finds it, and leaves the lines before it alone', () => {
  const path = write('grown', 'first line without an end')
  chmodSync(path, 0o640)
  recordHostKey(path, knownHostsName('Host', 22), one.key, false)
  recordHostKey(path, knownHostsName('other', 2222), two.key, true)
  expect(readFileSync(path, 'utf8')).toMatch(
    /^first line without an end\nhost ssh-ed25519 \S+\n\|1\|\S+ ssh-ed25519 \S+\n$/,
  )
  for (const name of ['host', '[other]:2222']) {
    expect(spawnSync('ssh-keygen', ['-F', name, '-f', path], { encoding: 'utf8' }).stdout).toContain('found')
  }
  expect(statSync(path).mode & 0o777).toBe(0o640)
})

test('makes a missing file and its folder for its owner alone', () => {
  const path = join(directory, 'new', '.ssh', 'known_hosts')
  recordHostKey(path, 'host', one.key, false)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(directory, 'new', '.ssh')).mode & 0o777).toBe(0o700)
})

test('a file is read again once it has changed, however often it was read before', async () => {
  const changing = write('changing', `a ${one.words}\n`)
  const found = () => readKnownHosts([changing], 'a').map(({ key, line }) => ({ key, line }))
  // What is as young as a tick of the clock is read each time.
  await expect.poll(() => Date.now() - statSync(changing).ctimeMs, { timeout: 20_000 }).toBeGreaterThan(1100)
  for (const _ of [1, 2]) expect(found()).toEqual([{ key: one.key, line: 1 }])
  writeFileSync(changing, `a ${two.words}\n`)
  for (const _ of [1, 2]) expect(found()).toEqual([{ key: two.key, line: 1 }])
  rmSync(changing)
  expect(found()).toEqual([])
})
