import { expect, test } from 'vitest'
import { changeOf } from '../../../src/engine/diff.ts'
import { apt } from '../../../src/resources/apt.ts'
import { parsed } from '../shells.ts'

const { definition } = apt
const installs = parsed(apt, { packages: ['nginx', 'mysql-server | default-mysql-server'] })
const removes = parsed(apt, { packages: ['nginx'], state: 'absent' })

/** What Debian 12 printed for them. */
const complete = 'dpkg run=complete\n'

test.each([
  ['installed', 'nginx=present\nmysql-server | default-mysql-server=present\n', []],
  ['absent', 'nginx=absent\nmysql-server | default-mysql-server=present\n', ['nginx']],
  ['half installed', 'nginx=half-configured\nmysql-server | default-mysql-server=present\n', ['nginx']],
])('a package that is %s', (_state, lines, keys) => {
  const actual = definition.parse(complete + lines, installs)
  const change = changeOf(definition, actual, definition.desired(installs))
  expect(change?.keys.map(({ key }) => key) ?? []).toEqual(keys)
})

test('an interrupted dpkg is something to mend even where every package is there', () => {
  const actual = definition.parse(
    'dpkg run=interrupted\nnginx=present\nmysql-server | default-mysql-server=present\n',
    installs,
  )
  const change = changeOf(definition, actual, definition.desired(installs))
  expect(change?.keys).toEqual([{ key: 'dpkg run', from: 'interrupted', to: 'complete' }])
})

test.each([
  [
    installs,
    'nginx=unknown nginx-full nginx-light',
    'no package source of this host has nginx (near: nginx-full, nginx-light)',
  ],
  [installs, 'nginx=unknown', 'no package source of this host has nginx'],
  [
    installs,
    'nginx=virtual postfix msmtp-mta',
    'nginx is a virtual package: name one that provides it (postfix, msmtp-mta)',
  ],
  [
    parsed(apt, { packages: ['nginx'] }),
    'nginx=held',
    'nginx is held and so not installed: `apt-mark unhold nginx` first',
  ],
  [
    parsed(apt, { packages: ['nginx'] }),
    'nginx=pinned',
    'a source of this host has nginx, and a pin with a priority below zero keeps every version of it out (`apt-cache policy nginx`, /etc/apt/preferences.d)',
  ],
  [removes, 'nginx=held', 'nginx is held and so not removed: `apt-mark unhold nginx` first'],
  [installs, 'nginx=absent', undefined],
])('%# says what cannot come about', (params, line, why) => {
  const rest = params === installs ? '\nmysql-server | default-mysql-server=present' : ''
  const actual = definition.parse(`${complete}${line}${rest}\n`, params)
  expect(definition.impossible?.(actual, params)).toBe(why)
})

test('output that was cut short is an error, not an absence', () => {
  expect(() => definition.parse('dpkg run=complete\nnginx=present\n', installs)).toThrow('mysql-server')
  expect(() => definition.parse('', installs)).toThrow('dpkg run')
})

test.each([
  [{ packages: [] }],
  [{ packages: ['nginx'], purge: true }],
  [{ packages: ['a1 | b1'], state: 'absent' as const }],
  [{ packages: ['nginx', 'nginx'] }],
  [{ packages: ['nginx'], debconf: ['a\nb'] }],
  [{ packages: ['nginx'], components: ['contrib; id'] }],
  [{ packages: ['nginx'], state: 'absent' as const, components: ['contrib'] }],
])('params %j are refused', params => {
  expect(apt(params).problems).not.toEqual([])
})
