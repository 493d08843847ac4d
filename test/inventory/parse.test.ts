import { describe, expect, test } from 'vitest'
import { InputErrors } from '../../src/base/errors.ts'
import { parseInventory } from '../../src/inventory/parse.ts'

const read = (text: string) => parseInventory(text, '/ops.ini')

/** Each error as `LINE title`. */
function errorsOf(text: string): readonly string[] {
  try {
    read(text)
    return []
  } catch (thrown) {
    if (!(thrown instanceof InputErrors)) throw thrown
    return thrown.errors.map(({ title, where }) => `${where?.line} ${title}`)
  }
}

describe('an ops.ini', () => {
  test('has hosts, groups, params of recipes, and sections of commands', () => {
    const inventory = read(`; comment
[hosts]
web1 = deploy@192.0.2.1:2222 ; the first
web2 = [2001:db8::2]:22
alias
"quoted" = 192.0.2.9

[groups] # more
web = web1, web2
all = web alias
db[] = web1
db[] = web2

[params rails-dev]
listen = 9000
groups[] = c
groups[] = php, ruby
mysql

[git-remote]
host = web1
`)
    expect(
      [...inventory.hosts.values()].map(({ name, address, where }) => [name, address, where.line]),
    ).toEqual([
      ['web1', { user: 'deploy', host: '192.0.2.1', port: 2222 }, 3],
      ['web2', { host: '2001:db8::2', port: 22 }, 4],
      ['alias', { host: 'alias' }, 5],
      ['quoted', { host: '192.0.2.9' }, 6],
    ])
    expect([...inventory.groups.values()].map(({ name, members }) => [name, members])).toEqual([
      ['web', ['web1', 'web2']],
      ['all', ['web', 'alias']],
      ['db', ['web1', 'web2']],
    ])
    expect(inventory.paramsFor('rails-dev')).toEqual([
      { name: 'listen', value: '9000', where: { file: '/ops.ini', line: 15 } },
      { name: 'groups', value: ['c', 'php, ruby'], where: { file: '/ops.ini', line: 16 } },
      { name: 'mysql', value: 'true', where: { file: '/ops.ini', line: 18 } },
    ])
    expect(inventory.paramsFor('other')).toEqual([])
    expect(inventory.settingsOf('git-remote').map(({ key, value }) => [key, value])).toEqual([
      ['host', 'web1'],
    ])
  })

  test.each([
    ['with CRLF', '[hosts]\r\nweb1 = 192.0.2.1\r\n'],
    ['with a byte order mark', '\ufeff[hosts]\nweb1 = 192.0.2.1'],
    ['with a section in two parts', '[hosts]\n[groups]\n[hosts]\nweb1 = 192.0.2.1\n'],
  ])('%s reads the same', (_case, text) => {
    expect([...read(text).hosts.keys()]).toEqual(['web1'])
  })

  test('may be empty', () => {
    expect(read('').hosts.size).toBe(0)
  })
})

describe('a wrong ops.ini tells its lines', () => {
  test.each<[string, string, string[]]>([
    ['a key before any section', 'web1 = 192.0.2.1', ['1 "web1" stands before any section']],
    [
      'a section that is not closed',
      '[hosts\nweb1 = x',
      ['1 "[hosts" is not a section', '2 "web1" stands before any section'],
    ],
    ['an unknown section', '[host]\nweb1 = x', ['1 there is no section [host]']],
    ['a params section without a recipe', '[params]\na = 1', ['1 there is no section [params]']],
    ['no name', '[hosts]\n= 192.0.2.1', ['2 "= 192.0.2.1" has no name before the =']],
    ['a host written twice', '[hosts]\na = x\nb = y\na = z', ['4 host a is written twice, first on line 2']],
    ['a group written twice', '[groups]\ng = a\ng = b', ['3 group g is written twice, first on line 2']],
    ['a host that is a group too', '[hosts]\na = x\n[groups]\na = b', ['4 a is a host (line 2) and a group']],
    ['an empty group', '[groups]\ng =', ['2 group g is empty']],
    [
      'an address that is an option',
      '[hosts]\na = -oProxyCommand=id',
      ['2 host a: an address must not begin with a dash'],
    ],
    [
      'a name that is an option',
      '[hosts]\n-oProxyCommand = x',
      [expect.stringMatching(/^2 "-oProxyCommand" cannot be the name of a host/)],
    ],
    [
      '__proto__ as a host',
      '[hosts]\n__proto__ = x',
      [expect.stringMatching(/^2 "__proto__" cannot be the name of a host/)],
    ],
    [
      '__proto__ as a group',
      '[groups]\n__proto__ = x',
      [expect.stringMatching(/^2 "__proto__" cannot be the name of a group/)],
    ],
    ['__proto__ as a section', '[__proto__]\na = x', ['1 there is no section [__proto__]']],
    [
      'local as a host',
      '[hosts]\nlocal = x',
      [expect.stringMatching(/^2 local cannot be the name of a host/)],
    ],
    ['a shell in an address', '[hosts]\na = x$(id)', ['2 host a: "x$(id)" is not a host name']],
    ['a bad port', '[hosts]\na = x:99999', ['2 host a: "99999" is not a port (1 to 65535)']],
    [
      'a bad user',
      '[hosts]\na = -l@x\nb = a b@x',
      ['2 host a: an address must not begin with a dash', '3 host b: "a b" is not a user name'],
    ],
    [
      'a group that contains itself',
      '[groups]\na = b\nb = c\nc = a',
      ['2 group a contains itself: a > b > c > a'],
    ],
    ['a group in itself', '[groups]\na = a', ['2 group a contains itself: a > a']],
    ['control characters', '[hosts]\na = x\0y', ['2 line 2 holds control characters']],
    ['a list of addresses', '[hosts]\na[] = x', ['2 a[] is not a host: a host has one address']],
  ])('%s', (_case, text, errors) => {
    expect(errorsOf(text)).toEqual(errors)
  })

  test('all errors come at once', () => {
    expect(errorsOf('[hosts]\na = -x\n[nope]\n[groups]\ng =\n')).toHaveLength(3)
  })

  test('a binary file is refused after a few lines', () => {
    const errors = errorsOf(Array.from({ length: 10_000 }, () => '\x01\x02').join('\n'))
    expect(errors.length).toBeLessThan(30)
  })
})

describe('a huge ops.ini', () => {
  test('of ten thousand hosts is read', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `h${index} = 192.0.2.1:${index + 1}`)
    expect(read(`[hosts]\n${lines.join('\n')}\n`).hosts.size).toBe(10_000)
  })

  test('of deeply nested groups is refused, not followed', () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => `g${index} = g${index + 1}`)
    expect(errorsOf(`[groups]\n${lines.join('\n')}\n`)).toEqual([
      expect.stringMatching(/groups are nested deeper than 50 levels/),
    ])
  })
})
