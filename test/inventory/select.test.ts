import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { InputErrors } from '../../src/base/errors.ts'
import { listHosts } from '../../src/inventory/list.ts'
import { parseInventory } from '../../src/inventory/parse.ts'
import { findInventory, readInventory } from '../../src/inventory/read.ts'
import { mergeSameHosts } from '../../src/inventory/same-hosts.ts'
import { selectHosts } from '../../src/inventory/select.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const home = temporaryFolder({
  '.ssh/config': `Include conf.d/*
Host bastion "quoted name" # a comment
  HostName 192.0.2.50
Host=equals
Host *.corp !secret.corp
Host *
  User nobody
`,
  '.ssh/conf.d/staging': 'Host staging staging-alias\n  HostName 192.0.2.60\n',
  'plain-config': 'Host only-here\n  Port 2222\n',
  'project/ops.ini': '[hosts]\nweb1 = 192.0.2.1\n',
  'project/below/.keep': '',
  'project/.git/.keep': '',
  'other/.keep': '',
})

beforeAll(() => {
  process.env.HOME = home
})

const inventory = parseInventory(
  `[hosts]
web1 = deploy@192.0.2.1
web2 = 192.0.2.2:2222
db1 = db.example.org
bastion = 192.0.2.99

[groups]
web = web1, web2
all = web, db*, staging
broken = web1, nowehre, -oProxyCommand=id
`,
  '/ops.ini',
)

const namesOf = (...words: string[]): readonly string[] =>
  selectHosts(inventory, words).map(host => host.name)

function errorsOf(...words: string[]): readonly string[] {
  try {
    selectHosts(inventory, words)
    return []
  } catch (thrown) {
    if (!(thrown instanceof InputErrors)) throw thrown
    return thrown.errors.map(({ title, next = '' }) => `${title} | ${next.split('`')[0]}`)
  }
}

describe('a HOST word', () => {
  test.each<[string, string[], string[]]>([
    ['a host', ['web1'], ['web1']],
    ['a group', ['web'], ['web1', 'web2']],
    ['a group of groups, globs and ssh names', ['all'], ['web1', 'web2', 'db1', 'staging']],
    ['a glob over ops.ini', ['web*'], ['web1', 'web2']],
    ['a glob with ?', ['?b1'], ['db1']],
    ['a glob that only the ssh config matches', ['stag*'], ['staging', 'staging-alias']],
    ['everything of ops.ini, never of the ssh config', ['*'], ['web1', 'web2', 'db1', 'bastion']],
    ['a name of the ssh config', ['staging'], ['staging']],
    ['a name that a pattern of the ssh config fits', ['x.corp'], ['x.corp']],
    ['a name after Host=', ['equals'], ['equals']],
    ['an address', ['root@192.0.2.7:22'], ['root@192.0.2.7:22']],
    ['a bare name with a user', ['root@somewhere'], ['root@somewhere']],
    ['a domain', ['host.example.org'], ['host.example.org']],
    ['IPv6', ['root@[2001:db8::1]:2222', '::1'], ['root@[2001:db8::1]:2222', '::1']],
    ['this machine', ['local', 'localhost'], ['local', 'localhost']],
    ['the sandbox', ['sandbox'], ['sandbox']],
  ])('%s', (_case, words, names) => {
    expect(namesOf(...words)).toEqual(names)
  })

  test('all is every host of ops.ini where no host, group or name of the ssh config is called so', () => {
    const hosts = '[hosts]\na = 192.0.2.1\nb = 192.0.2.2\n'
    const all = (text: string, sshConfigFile?: string) =>
      selectHosts(parseInventory(text, '/ops.ini'), ['all'], { ...(sshConfigFile && { sshConfigFile }) }).map(
        each => each.name,
      )
    expect(all(hosts)).toEqual(['a', 'b'])
    expect(all(`${hosts}[groups]\nall = b\n`)).toEqual(['b'])
    expect(all(`${hosts}all = 192.0.2.3\n`)).toEqual(['all'])
    const named = join(home, 'all-config')
    writeFileSync(named, 'Host all\n  HostName 192.0.2.4\n')
    expect(all(hosts, named)).toEqual(['all'])
    expect(() => all('[hosts]\n')).toThrow('all means every host of ops.ini, and it has none')
  })

  test('becomes what is needed to connect', () => {
    const [web1, address, local, sandbox] = selectHosts(inventory, [
      'web1',
      'a@[2001:db8::1]:99',
      'local',
      'sandbox',
    ])
    expect(web1).toEqual({
      name: 'web1',
      address: 'deploy@192.0.2.1',
      groups: ['web', 'all', 'broken'],
      kind: 'ssh',
      target: { name: 'web1', destination: '192.0.2.1', user: 'deploy' },
    })
    expect(address?.target).toEqual({
      name: 'a@[2001:db8::1]:99',
      destination: '2001:db8::1',
      user: 'a',
      port: 99,
    })
    expect(local).toMatchObject({ kind: 'local', target: { destination: 'local', backend: 'local' } })
    expect(sandbox).toMatchObject({ kind: 'sandbox', target: { destination: 'sandbox' } })
  })

  test('ops.ini hides the ssh config', () => {
    expect(selectHosts(inventory, ['bastion'])[0]?.target.destination).toBe('192.0.2.99')
  })

  test('-F replaces the user config', () => {
    const options = { sshConfigFile: join(home, 'plain-config') }
    expect(selectHosts(inventory, ['only-here'], options)).toHaveLength(1)
    expect(() => selectHosts(inventory, ['staging'], options)).toThrow('there is no host staging')
  })
})

describe('names that only a Match of the ssh config knows', () => {
  test.each<[match: string, name: string, isKnown: boolean]>([
    ['Match originalhost box', 'box', true],
    ['Match originalhost "box"', 'box', true],
    ['Match originalhost=box', 'box', true],
    ['match Host other,box', 'box', true],
    ['Match host b*', 'box', true],
    ['Match user me originalhost box', 'box', true],
    ['Match final originalhost box', 'box', true],
    ['Match originalhost box exec "true"', 'box', true],
    ['Match exec "test %n = box"', 'box', true],
    ['Match !originalhost box', 'box', false],
    ['Match originalhost !box', 'box', false],
    ['Match originalhost box exec "true"', 'other', false],
    ['Match user box', 'box', false],
    ['Match all', 'box', false],
  ])('%s: %s is known: %s', (match, name, isKnown) => {
    const sshConfigFile = join(home, 'match-config')
    writeFileSync(sshConfigFile, `${match}\n  HostName 192.0.2.9\n`)
    const select = () => selectHosts(inventory, [name], { sshConfigFile })
    if (isKnown) expect(select().map(each => each.name)).toEqual([name])
    else expect(select).toThrow(`there is no host ${name}`)
  })
})

describe('a host named twice runs once', () => {
  test.each<[string[], string[]]>([
    [
      ['web1', 'web', 'web1'],
      ['web1', 'web2'],
    ],
    [['web1', 'deploy@192.0.2.1'], ['web1']],
    [['web1', 'deploy@192.0.2.1:22'], ['web1']],
    [['192.0.2.2:2222', 'web2'], ['192.0.2.2:2222']],
    [['DB.example.org.', 'db1'], ['DB.example.org.']],
    [['local', 'local'], ['local']],
  ])('%j', (words, names) => {
    expect(namesOf(...words)).toEqual(names)
  })

  test('also when only the ssh config knows that two names are one', async () => {
    const resolved = new Map([
      ['staging', '192.0.2.60'],
      ['staging-alias', '192.0.2.60'],
      ['192.0.2.1', '192.0.2.1'],
    ])
    const { hosts, merged } = await mergeSameHosts(
      selectHosts(inventory, ['staging', 'web1', 'local', 'staging-alias']),
      async target => ({ hostname: resolved.get(target.destination) ?? '', port: 22, user: 'me' }),
      { once: 'account' },
    )
    expect(hosts.map(host => host.name)).toEqual(['staging', 'web1', 'local'])
    expect(merged).toEqual([{ name: 'staging-alias', as: 'staging' }])
  })

  test.each<[once: 'account' | 'machine', runs: string[]]>([
    ['account', ['a@192.0.2.9', 'b@192.0.2.9']],
    ['machine', ['a@192.0.2.9']],
  ])('two users of one address are two accounts of one machine: once for each %s', async (once, runs) => {
    const { hosts, merged } = await mergeSameHosts(
      selectHosts(inventory, ['a@192.0.2.9', 'b@192.0.2.9', '192.0.2.9']),
      async ({ destination, user = 'b' }) => ({ hostname: destination, port: 22, user }),
      { sshConfigFile: join(home, 'plain-config'), once },
    )
    expect(hosts.map(host => host.name)).toEqual(runs)
    expect(merged.at(-1)).toEqual({ name: '192.0.2.9', as: runs.at(-1) })
  })

  test('nothing is resolved where no name stands for another', async () => {
    const selected = selectHosts(inventory, ['web'])
    const refuse = (): never => {
      throw new Error('resolved')
    }
    const { hosts } = await mergeSameHosts(selected, refuse, {
      sshConfigFile: join(home, 'plain-config'),
      once: 'machine',
    })
    expect(hosts).toHaveLength(2)
  })
})

describe('what is no host is refused before any process starts', () => {
  test.each<[string, string]>([
    ['wbe1', 'there is no host wbe1 | Did you mean web1? '],
    ['stagign', 'there is no host stagign | Did you mean staging? '],
    ['zzz', 'there is no host zzz | '],
    ['x*', 'no host matches x* | '],
    [
      '-oProxyCommand=id',
      '"-oProxyCommand=id" is not a host: an address must not begin with a dash | Write a name that ',
    ],
    ['root@-x', '"root@-x" is not a host: "-x" is not a host name | Write a name that '],
    ['a;id', '"a;id" is not a host name | Write a name that '],
    ['', '"" is not a host: the address is empty | Write a name that '],
    ['__proto__', 'there is no host __proto__ | '],
    ['a\nb', '"a\\nb" is not a host name | Write a name that '],
    ['user@host@x:0', '"user@host@x:0" is not a host: "0" is not a port (1 to 65535) | Write a name that '],
  ])('%j', (word, error) => {
    expect(errorsOf(word)).toEqual([error])
  })

  test('all wrong words come at once, with the group that names them', () => {
    expect(errorsOf('broken', 'wbe1').map(each => each.split(' |')[0])).toEqual([
      'group broken: there is no host nowehre',
      'group broken: "-oProxyCommand=id" is not a host: an address must not begin with a dash',
      'there is no host wbe1',
    ])
  })

  test('a hostile glob takes no time', () => {
    const long = parseInventory(`[hosts]\n${'a'.repeat(250)} = x.org\n`, '/ops.ini')
    expect(() => selectHosts(long, [`${'*a'.repeat(60)}*b`])).toThrow('no host matches')
  })

  test('groups that would expand without end are expanded once', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `g${index} = ${`g${index + 1},`.repeat(20)}h`)
    const bomb = parseInventory(`[hosts]\nh = x.org\n[groups]\n${lines.join('\n')}\ng40 = h\n`, '/ops.ini')
    expect(selectHosts(bomb, ['g0'])).toHaveLength(1)
  })
})

describe('the listing of hosts', () => {
  test('says where each came from', () => {
    const listing = listHosts(inventory)
    expect(listing.hosts.map(({ name, address, from, where }) => [name, address, from, where?.line])).toEqual(
      [
        ['web1', 'deploy@192.0.2.1', 'ops.ini', 2],
        ['web2', '192.0.2.2:2222', 'ops.ini', 3],
        ['db1', 'db.example.org', 'ops.ini', 4],
        ['bastion', '192.0.2.99', 'ops.ini', 5],
        ['staging', undefined, 'ssh config', 1],
        ['staging-alias', undefined, 'ssh config', 1],
        ['quoted name', undefined, 'ssh config', 2],
        ['equals', undefined, 'ssh config', 4],
        ['local', undefined, 'built in', undefined],
        ['sandbox', undefined, 'built in', undefined],
      ],
    )
    expect(listing.hosts.find(host => host.name === 'staging')?.groups).toEqual(['all'])
    expect(listing.groups.map(group => group.name)).toEqual(['web', 'all', 'broken'])
  })
})

describe('where the inventory is found', () => {
  test('in the folder or above it, up to the repository', () => {
    expect(findInventory(join(home, 'project/below'))).toBe(join(home, 'project/ops.ini'))
    expect(findInventory(join(home, 'other'))).toBeUndefined()
    expect(readInventory({ cwd: join(home, 'other') }).file).toBeUndefined()
  })

  test('a file that was named must be readable', () => {
    expect(() => readInventory({ file: 'nowhere.ini', cwd: home })).toThrow('cannot read the inventory')
    expect(() => readInventory({ file: 'project', cwd: home })).toThrow('it is a folder')
  })
})
