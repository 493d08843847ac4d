import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { InputErrors } from '../../src/base/errors.ts'
import { addressText } from '../../src/inventory/address.ts'
import { readAnsible } from '../../src/inventory/ansible/read-ansible.ts'
import { groupsByHost } from '../../src/inventory/groups-by-host.ts'
import { listHosts } from '../../src/inventory/list.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { selectHosts } from '../../src/inventory/select.ts'

const folder = mkdtempSync(join(tmpdir(), 'ops-ansible-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

const whole = `# nothing before it
alone ansible_host=192.0.2.9
[web]
web[01:03].example.org ansible_user=deploy   # three of them
web[8:10:2]
"quoted" ansible_host='192.0.2.7' ansible_port=2207
db-[a:c]:2222
[fd00::5]:2022 ansible_user="six"

[db:children]
primary
replica

[primary]
db1 ansible_ssh_host=192.0.2.21 ansible_ssh_port=2221
[replica]
db[2:3] ansible_host=192.0.2.22

[db:vars]
ansible_user = dba
ansible_port=2200
[primary:vars]
ansible_user='root'
[all:vars]
ansible_user=everybody
[site:children]
web
db
[site:vars]
ansible_port = 2299 # of all of them
[empty]
[first]
ranked
[second]
ranked
[first:vars]
ansible_user=by-rank
ansible_group_priority=10
[second:vars]
ansible_user=by-name
`

const inYaml = `# the same kinds of things, as YAML
all:
  vars:
    ansible_user: everybody
  hosts:
    alone:
      ansible_host: 192.0.2.9
  children:
    web:
      hosts:
        web[01:03].example.org: &deployed
          ansible_user: deploy   # three of them
          http_port: 80
          nested: {a: [1, 2]}
        "db-[a:c]:2222":
        single: {<<: *deployed, ansible_port: 2299}
      vars: {ansible_port: 2200, ansible_become: yes}
    db:
      children:
        primary:
          hosts: db1
        replica: {}
      vars:
        ansible_user: dba
    site:
      children:
        web:
        db:
replica:
  hosts:
    db[2:3]: {ansible_host: 192.0.2.22}
primary:
  vars: {ansible_user: root}
ungrouped:
  hosts: {stray: null}
`

interface Listing {
  readonly _meta: { readonly hostvars: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
  readonly [group: string]: unknown
}

const hasAnsible = (() => {
  try {
    execFileSync('ansible-inventory', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** Each host with where it is and all groups that it is in: as ops has read it. */
function read(path: string): Readonly<Record<string, unknown>> {
  const inventory = readInventory({ file: path })
  const groups = groupsByHost(inventory)
  const hosts = [...inventory.hosts.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  return Object.fromEntries(
    hosts.map(({ name, address, problem }) => [
      name,
      [problem ?? addressText(address), ...[...(groups.get(name) ?? [])].sort()],
    ]),
  )
}

/** The same, worked out from what Ansible prints. */
function listed(listing: Listing): Readonly<Record<string, unknown>> {
  const groupOf = (name: string) => (listing[name] ?? {}) as { hosts?: string[]; children?: string[] }
  const membersOf = (name: string): string[] => [
    ...(groupOf(name).hosts ?? []),
    ...(groupOf(name).children ?? []).flatMap(membersOf),
  ]
  const names = [...new Set(membersOf('all'))].sort()
  const groups = new Set(['all', ...Object.keys(listing).filter(name => name !== '_meta')])
  return Object.fromEntries(
    names.map(name => {
      const vars = listing._meta.hostvars[name] ?? {}
      const user = vars.ansible_user ?? vars.ansible_ssh_user
      const host = String(vars.ansible_host ?? vars.ansible_ssh_host ?? name)
      const port = vars.ansible_port ?? vars.ansible_ssh_port
      const place = host.includes(':') && port !== undefined ? `[${host}]` : host
      const address = `${user === undefined ? '' : `${user}@`}${place}${port === undefined ? '' : `:${port}`}`
      return [name, [address, ...[...groups].filter(group => membersOf(group).includes(name)).sort()]]
    }),
  )
}

const ansibleList = (path: string): string =>
  execFileSync('ansible-inventory', ['-i', path, '--list'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

describe('an inventory of Ansible', () => {
  test.skipIf(!hasAnsible)('means the same hosts, logins and groups as to Ansible itself', () => {
    const path = file('hosts', whole)
    const text = ansibleList(path)
    const expected = listed(JSON.parse(text) as Listing)
    expect(Object.keys(expected)).toHaveLength(15)
    expect(read(path)).toEqual(expected)
    // What Ansible prints is read as well.
    expect(read(file('listing.json', text))).toEqual(expected)
  })

  test.skipIf(!hasAnsible)('in YAML means the same as to Ansible itself', () => {
    const path = file('hosts.yml', inYaml)
    const text = ansibleList(path)
    const expected = listed(JSON.parse(text) as Listing)
    expect(Object.keys(expected)).toHaveLength(12)
    expect(read(path)).toEqual(expected)
  })

  test('in YAML is read without Ansible, and what ops does not read of it is known', () => {
    const path = file('hosts.yml', inYaml)
    expect(read(path)).toMatchObject({
      alone: ['everybody@192.0.2.9', 'all', 'ungrouped'],
      'web02.example.org': ['deploy@web02.example.org:2200', 'all', 'site', 'web'],
      single: ['deploy@single:2299', 'all', 'site', 'web'],
      'db-b': ['everybody@db-b:2222', 'all', 'site', 'web'],
      db1: ['root@db1', 'all', 'db', 'primary', 'site'],
      db3: ['dba@192.0.2.22', 'all', 'db', 'replica', 'site'],
      stray: ['everybody@stray', 'all', 'ungrouped'],
    })
    const web2 = listHosts(readInventory({ file: path })).hosts.find(
      each => each.name === 'web02.example.org',
    )
    expect(web2?.unread).toEqual(['http_port', 'nested'])
    expect(web2?.where).toEqual({ file: path, line: 11, column: 9 })
  })

  test.each([
    ['a: b: c\n', 1, 'this is not YAML'],
    ['- web1\n', 1, 'the inventory is no map of groups'],
    ['web:\n  host:\n    web1:\n', 2, 'group web has host, which is neither'],
    ['web:\n  hosts:\n    - web1\n', 3, 'hosts of group web are no map'],
    ['web:\n  hosts:\n    web[3:1]:\n', 3, 'its range is empty'],
    ['web:\n  vars:\n    - a\n', 3, 'vars of group web are no map'],
    ['a:\n  children:\n    b:\n      children:\n        a:\n', 1, 'group a contains itself'],
    ['a: &a\n  children:\n    b: *a\n', 3, 'nested deeper'],
    ['web:\n  hosts:\n    a:\n    a:\n', 3, 'Map keys must be unique'],
  ])('in YAML that Ansible would not take either is refused with its line (%#)', (text, line, title) => {
    const path = file('wrong.yml', text)
    const errors = (() => {
      try {
        readInventory({ file: path })
        return []
      } catch (thrown) {
        return thrown instanceof InputErrors ? thrown.errors : []
      }
    })()
    expect(errors.map(each => each.title).join('\n')).toContain(title)
    expect(errors[0]?.where?.line).toBe(line)
  })

  test('in YAML with values of a vault is refused where they decide a login', () => {
    const path = file(
      'vault.yml',
      'web:\n  hosts:\n    a:\n      ansible_user: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6130\n    b: {ansible_user: !unsafe x}\n    c: {ansible_password: x}\n',
    )
    expect(read(path)).toEqual({
      a: [expect.stringContaining('ansible_user is a template'), 'all', 'web'],
      b: ['x@b', 'all', 'web'],
      c: [expect.stringContaining('ansible_password is not read'), 'all', 'web'],
    })
  })

  test('is read without Ansible', () => {
    expect(read(file('hosts', whole))).toMatchObject({
      ranked: ['by-rank@ranked', 'all', 'first', 'second'],
      alone: ['everybody@192.0.2.9', 'all', 'ungrouped'],
      'web02.example.org': ['deploy@web02.example.org:2299', 'all', 'site', 'web'],
      'db-b': ['everybody@db-b:2222', 'all', 'site', 'web'],
      'fd00::5': ['six@[fd00::5]:2022', 'all', 'site', 'web'],
      db2: ['dba@192.0.2.22:2200', 'all', 'db', 'replica', 'site'],
    })
  })

  test('may be a program that prints it', () => {
    const text =
      '{"web": ["a.example.org"], "top": {"children": ["web"], "vars": {"ansible_user": "x"}}, "_meta": {"hostvars": {"a.example.org": {"ansible_port": 23}}}}'
    const path = file('program', `#!/bin/sh\n[ "$1" = --list ] && echo '${text}'\n`, 0o700)
    expect(read(path)).toEqual({ 'a.example.org': ['x@a.example.org:23', 'all', 'top', 'web'] })
    const failing = file('failing', '#!/bin/sh\necho broken >&2; exit 1\n', 0o700)
    expect(() => readInventory({ file: failing })).toThrow('--list failed')
  })

  test('of values of a vault none is taken as not set', () => {
    const vault = { __ansible_vault: '$ANSIBLE_VAULT;1.1;AES256\n00' }
    const hostvars = {
      a: { ansible_user: vault },
      b: { ansible_password: vault },
      c: { ansible_user: { __ansible_unsafe: 'x' } },
    }
    expect(read(file('vault', JSON.stringify({ web: ['a', 'b', 'c'], _meta: { hostvars } })))).toEqual({
      a: [expect.stringContaining('ansible_user is a template'), 'all', 'web'],
      b: [expect.stringContaining('ansible_password is not read'), 'all', 'web'],
      c: ['x@c', 'all', 'web'],
    })
  })

  test('beside variables of a login that ops does not read is refused, and beside others is read', () => {
    const beside = join(folder, 'beside')
    mkdirSync(join(beside, 'group_vars/web/deep'), { recursive: true })
    const path = file('beside/hosts', '[web]\nweb1\n')
    const vars = (text: string) => file('beside/group_vars/web/deep/login.yml', text)
    vars('# ansible_user: me\nansible_become: true\nansible_python_interpreter: /usr/bin/python3\n')
    expect(read(path)).toEqual({ web1: ['web1', 'all', 'web'] })
    for (const text of [
      'a: 1\nansible_user: me\n',
      'ansible_become: no\n',
      'ansible_user: root\n',
      '{"a": 1, "ansible_ssh_common_args": "-J x"}',
    ]) {
      vars(text)
      expect(() => readInventory({ file: path })).toThrow('ops does not read group_vars and host_vars')
    }
  })

  test('with a group whose name is a section of ops.ini says why it is read as one', () => {
    try {
      readInventory({ file: file('hosts', '[ssh]\nweb1\n[web]\nweb2\n') })
      expect.unreachable()
    } catch (thrown) {
      expect((thrown as InputErrors).errors[0]?.next).toContain('was read as an ops.ini because of [ssh]')
    }
  })

  test.each(['[values]\na = 1\n', '[values web]\na = 1\n', '[params app]\na = 1\n', '[db main]\nhost = h\n'])(
    'is not what an own file of another name is, though it holds only %j',
    text => {
      const path = file('own.ini', text)
      expect(readAnsible(path, text)).toBeUndefined()
    },
  )

  test('is named as where its hosts come from', () => {
    const { hosts } = listHosts(readInventory({ file: file('hosts', '[web]\nweb1\n') }))
    expect(hosts[0]).toMatchObject({ name: 'web1', from: 'Ansible' })
  })

  test.each([
    ['ansible_connection=winrm', 'is no login by ssh'],
    ['ansible_connection=local', 'which ops calls `local`'],
    ['ansible_ssh_common_args="-J jump"', 'ansible_ssh_common_args is not read by ops'],
    ['ansible_host="{{ other }}"', 'is a template of Ansible'],
    ['ansible_become=false', 'ansible_become=false is not read by ops'],
    ['ansible_become=true ansible_become_user=guest', 'with --become-user guest'],
    ['ansible_become_method=su', 'ansible_become_method=su is not read by ops'],
    ['ansible_become_password=x', 'ansible_become_password is not read by ops'],
    ['ansible_become_flags=-n', 'ansible_become_flags is not read by ops'],
    ['ansible_ssh_args=-C', 'ansible_ssh_args is not read by ops'],
    ['ansible_host=-oProxyCommand=x', 'must not begin with a dash'],
  ])('a host with %s is there, and refused when it is used', (words, title) => {
    const inventory = readInventory({ file: file('hosts', `[web]\nodd ${words}\ngood.example.org\n`) })
    expect(selectHosts(inventory, ['good.example.org']).map(each => each.name)).toEqual(['good.example.org'])
    const refused = () => selectHosts(inventory, ['web'])
    expect(refused).toThrow(InputErrors)
    try {
      refused()
    } catch (thrown) {
      expect((thrown as InputErrors).errors.map(each => each.title).join()).toContain(title)
    }
  })

  test.each([
    'ansible_become=yes ansible_become_user=root ansible_become_method=sudo',
    'ansible_user=root ansible_become=no',
    'ansible_python_interpreter=/usr/bin/python3',
  ])('a host with %s is what ops does, too', words => {
    const inventory = readInventory({ file: file('hosts', `[web]\nsame ${words}\n`) })
    expect(selectHosts(inventory, ['web']).map(each => each.name)).toEqual(['same'])
  })

  test.each([
    ['web1 = 192.0.2.1', 1],
    ['[web]\nweb1 "open', 2],
    ['[web:things]\n', 1],
    ['[web]\n\nweb[1:x]', 3],
    ['[a:children]\nb\n[b:children]\na', 1],
    ['[db]\ndb1\n[web]\nweb ansible_host=10.0.0.1', 3],
    ['web\n[other:children]\nweb', 3],
  ])('%j is told with its line', (text, line) => {
    try {
      readInventory({ file: file('hosts', text) })
      expect.unreachable()
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(InputErrors)
      expect((thrown as InputErrors).errors[0]?.where?.line).toBe(line)
    }
  })
})
