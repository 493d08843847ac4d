import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OpsError } from '../../../src/base/errors.ts'
import { Secret } from '../../../src/base/secret.ts'
import { contentOfSource } from '../../../src/resources/file/content.ts'
import { lines, renderTemplate } from '../../../src/resources/file/template.ts'
import { file } from '../../../src/resources/file.ts'
import { parsed } from '../shells.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ops-template-'))
  for (const folder of ['recipes', 'templates']) mkdirSync(join(root, folder))
})
afterEach(() => rmSync(root, { recursive: true }))
const folder = () => join(root, 'recipes')

function render(text: string, vars: Record<string, unknown> = {}): string | Secret {
  writeFileSync(join(root, 'templates/it.conf'), text)
  return renderTemplate('it.conf', vars, folder())
}

function refusal(run: () => unknown): OpsError['data'] {
  try {
    run()
  } catch (error) {
    if (error instanceof OpsError) return error.data
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a template', () => {
  test.each([
    ['listen <%= it.port %>;\n', { port: 80 }, 'listen 80;\n'],
    ['a <%= it.x %>\n\nb\n', { x: '<&>"' }, 'a <&>"\n\nb\n'],
    [
      '<% for (const s of it.all) { %>\nserver <%= s.name %>;\n  <% } %>\nend\n',
      { all: [{ name: 'a' }, { name: 'b' }] },
      'server a;\nserver b;\nend\n',
    ],
    ['<% if (it.tls) { %>\nssl on;\n<% } %>\n', { tls: false }, ''],
    ['<%= it.body %>\n', { body: lines(['a', 'b']) }, 'a\nb\n'],
    ['<% if (it.x) { %>\r\na\r\n<% } %>\r\nb', { x: 1 }, 'a\r\nb'],
    ['no hole, no change  \r\n', {}, 'no hole, no change  \r\n'],
  ])('%j with %j is %j', (text, vars, expected) => {
    expect(render(text, vars)).toBe(expected)
  })

  test.each([
    ['a\nb <%= it.port %>\n', {}, 2, 'no value is given for port'],
    ['a\n\n<% if (it.tls) { %>\n<% } %>\n', {}, 3, 'no value is given for tls'],
    ['<%= it.a.b %>', { a: {} }, 1, 'a hole got undefined'],
    ['<%= it.a %>', { a: null }, 1, 'a hole got null'],
    ['<%= it.a %>', { a: ['x'] }, 1, 'a hole got object'],
    ['x\n<%= it.a %>', { a: 'x;\n}' }, 2, 'wrap it in lines()'],
    ['<%~ it.a %>', { a: 'x\ry' }, 1, 'wrap it in lines()'],
    ['<%= it.constructor %>', {}, 1, 'no value is given for constructor'],
  ])('%j with %j is refused at line %i', (text, vars, line, reason) => {
    const data = refusal(() => render(text, vars))
    expect(data.title).toContain(`it.conf:${line}: `)
    expect(data.title).toContain(reason)
    expect(data).toMatchObject({ code: 'input', where: { line } })
  })

  test('that is broken names its file', () => {
    expect(refusal(() => render('a\n<%= it.x \n')).title).toMatch(/templates\/it\.conf.*unclosed tag/)
  })

  test('that is not there says where it was looked for', () => {
    const data = refusal(() => renderTemplate('none', {}, folder()))
    expect(data.detail).toContain(join(folder(), 'none'))
    expect(data.next).toContain('Put it at one of these places')
  })

  test('with a secret is a secret', () => {
    const rendered = render('password = <%= it.p %>\n', { p: new Secret('hunter2') })
    expect(rendered).toBeInstanceOf(Secret)
    expect(rendered instanceof Secret && rendered.reveal()).toBe('password = hunter2\n')
  })

  test('fills a file', () => {
    writeFileSync(join(root, 'templates/it.conf'), 'x=<%= it.x %>\n')
    const params = parsed(file, { path: '/etc/it', template: 'it.conf', vars: { x: 'a' } })
    const prepared = file.definition.prepare?.(params, { folder: folder() })
    expect(prepared?.ready).toMatchObject({ kind: 'text', text: 'x=a\n' })
  })
})

describe('a source', () => {
  test('that is small text travels with the script; any other is uploaded', () => {
    writeFileSync(join(root, 'recipes/text'), 'é\n')
    writeFileSync(join(root, 'recipes/binary'), Buffer.from([0xff, 0, 1]))
    writeFileSync(join(root, 'recipes/large'), 'x'.repeat(300_000))
    expect(contentOfSource('text', folder())).toMatchObject({ kind: 'text', text: 'é\n' })
    expect(contentOfSource('binary', folder())).toMatchObject({ kind: 'upload', sizeBytes: 3 })
    const params = parsed(file, { path: '/x', source: 'large' })
    const prepared = file.definition.prepare?.(params, { folder: folder() }) ?? params
    expect(file.definition.payloads?.(prepared)).toMatchObject([
      { localPath: join(folder(), 'large'), sizeBytes: 300_000 },
    ])
  })

  test('that is no file is refused', () => {
    expect(refusal(() => contentOfSource('none', folder())).title).toContain('ENOENT')
    expect(refusal(() => contentOfSource('../templates', folder())).title).toContain('not a regular file')
  })
})
