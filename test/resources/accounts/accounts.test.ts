import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resource } from '../../../src/engine/resource.ts'
import { group } from '../../../src/resources/group.ts'
import { user } from '../../../src/resources/user.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { difference, librariesOf } from '../shells.ts'

// biome-ignore lint/suspicious/noExplicitAny: params of both resources meet here.
type AnyResource = Resource<any, any>

const steps = `
import { authorizedKey, command, directory, file, group, recipe, service, sysctl, user, z } from 'ops-recipes'

const make: any = { authorizedKey, command, directory, file, group, service, sysctl, user }
export default recipe({
  summary: 'Steps as the test says.',
  params: { steps: z.string().describe('Type and params of each, as JSON.') },
  steps: ({ params }) => JSON.parse(params.steps).map(([type, input]: any) => make[type](input)),
})
`

describeReal('users and groups of a real host', () => {
  const host = useHost({ name: 'accounts' })

  const run = async (resource: AnyResource, text: string) =>
    host().exec('sh -e', {
      input: `LC_ALL=C PATH=$PATH:/usr/sbin OPS_MARK=--mark--\n${librariesOf(resource)}\n${text}\n`,
    })

  /** Look, diff, apply, look: the keys that differed; nothing may differ afterwards. */
  const settle = async (resource: AnyResource, input: unknown) => {
    const params = resource.params.parse(input)
    const desired = resource.desired(params)
    const look = async () => {
      const seen = await run(resource, resource.probe(params).shell)
      expect(seen, seen.stderr).toMatchObject({ code: 0 })
      return resource.parse(seen.stdout, params)
    }
    const actual = await look()
    const keys = difference(resource, actual, desired)
    if (keys.length === 0) return keys
    const change = {
      actual,
      desired,
      keys: keys.map(key => ({ key, from: actual[key], to: desired[key] ?? '' })),
    }
    for (const part of resource.apply?.(change, params) ?? []) {
      const done = await run(resource, part.shell)
      expect(done.code, done.stderr).toBe(0)
    }
    expect(difference(resource, await look(), desired)).toEqual([])
    return keys
  }
  const users = (input: unknown) => settle(user.definition, input)
  const groups = (input: unknown) => settle(group.definition, input)
  const read = async (command: string) => (await host().read(command)).trim()

  test('a group is made, renumbered and removed', async () => {
    expect(await groups({ name: 'ours' })).toEqual(['state'])
    expect(await groups({ name: 'ours', gid: 4242 })).toEqual(['gid'])
    expect(await read('getent group ours')).toBe('ours:x:4242:')
    expect(await groups({ name: 'ours', state: 'absent' })).toEqual(['state'])
    expect(await groups({ name: 'sys-ours', system: true })).toEqual(['state'])
    expect(Number((await read('getent group sys-ours')).split(':')[2])).toBeLessThan(1000)
  })

  test('a user is made with a home and without a password', async () => {
    const wanted = {
      name: 'ada',
      shell: '/bin/bash',
      groups: ['sudo', 'adm'],
      comment: "Ada L'Ovelace; $HOME",
    }
    expect(await users(wanted)).toContain('state')
    expect(await read('getent passwd ada')).toMatch(
      /^ada:x:\d+:\d+:Ada L'Ovelace; \$HOME:\/home\/ada:\/bin\/bash$/,
    )
    expect(await read('stat -c %U:%a /home/ada; passwd -S ada')).toMatch(/^ada:7[05][05]\nada L /)
    expect(await users(wanted)).toEqual([])
  })

  test('a user keeps the groups that were not asked for', async () => {
    await users({ name: 'eve', groups: ['adm'] })
    expect(await users({ name: 'eve', groups: ['staff'] })).toEqual(['groups'])
    expect((await read('id -Gn eve')).split(' ').sort()).toEqual(['adm', 'eve', 'staff'])
    expect(await users({ name: 'eve', shell: '/bin/bash', uid: 2345, group: 'staff' })).toEqual([
      'uid',
      'group',
      'shell',
    ])
  })

  test.each([
    ['gpasswd -d judged adm', false],
    ['usermod -aG staff judged', true],
    ['usermod -g staff judged', false],
    ['usermod -g adm judged; gpasswd -d judged adm 2>&1 || :', false],
    ['usermod -u 4712 judged', false],
    ['usermod -s /bin/sh -c Other judged', false],
    ['usermod -d /srv/judged judged', false],
    ['groupmod -n judges2 judges; groupadd judges', false],
    ['groupmod -g 4720 judges', true],
    ['usermod -L judged', true],
  ])('after `%s`, a user is as wanted only where getent and id say so', async (command, isWanted) => {
    const wanted = {
      name: 'judged',
      uid: 4711,
      group: 'judges',
      groups: ['adm', 'video'],
      shell: '/bin/bash',
    }
    const more = { home: '/home/judged', comment: 'Judged' }
    await groups({ name: 'judges' })
    await users({ ...wanted, ...more })
    const judged = async () => {
      const [line = '', primary = '', all = ''] = (
        await read('getent passwd judged; id -gn judged; id -Gn judged')
      ).split('\n')
      const [, , uid, , ...rest] = line.split(':')
      const isIn = (name: string) => all.split(' ').includes(name)
      return (
        [uid, primary, ...rest].join() === '4711,judges,Judged,/home/judged,/bin/bash' &&
        isIn('adm') &&
        isIn('video')
      )
    }
    expect(await judged()).toBe(true)
    await read(command)
    expect(await judged()).toBe(isWanted)
    expect((await users({ ...wanted, ...more })).length === 0).toBe(isWanted)
    expect(await judged()).toBe(true)
  })

  test('a user joins the group of the same name that is there already', async () => {
    await groups({ name: 'bob', gid: 3456 })
    await users({ name: 'bob' })
    expect(await read('id -g bob')).toBe('3456')
  })

  test('a system user has a low number and no home, and a user goes with its home', async () => {
    await users({ name: 'app', system: true, home: '/srv/app', shell: '/usr/sbin/nologin' })
    expect(Number(await read('id -u app'))).toBeLessThan(1000)
    expect(await read('ls -d /srv/app 2>/dev/null || echo none')).toBe('none')
    await users({ name: 'gone' })
    await users({ name: 'gone', state: 'absent', removeHome: true })
    expect(await read('ls -d /home/gone 2>/dev/null || echo none')).toBe('none')
  })

  describe('what stands against it is told in the plan, with nothing done', () => {
    let folder: Folder
    beforeAll(async () => {
      folder = folderWith({ 'recipes/steps.ts': steps })
      await host().read(`useradd -m busy; useradd -m -u 2500 mine; mkdir /home/early; groupadd -g 2600 ours26
        systemd-run -q --unit=busy -p User=busy sleep 1000; until [ "$(ps -o comm= -u busy)" = sleep ]; do :; done`)
    })
    afterAll(() => folder?.remove())
    const ops = (verb: string, ...all: readonly (readonly [string, object])[]) =>
      folder.answer([
        ...[verb, 'steps', host().name, '-F', host().sshConfig],
        ...(verb === 'apply' ? ['--yes'] : []),
        ...['--steps', JSON.stringify(all)],
      ])

    test.each([
      ['user', { name: 'busy', state: 'absent' }, /it has running processes: sleep \(pid \d+\)/],
      ['user', { name: 'other', uid: 2500 }, 'the uid 2500 belongs to mine'],
      ['user', { name: 'other', group: 'nobodys' }, 'there is no group nobodys on the host, and no step'],
      ['group', { name: 'other', gid: 2600 }, 'the gid 2600 belongs to ours26'],
      ['group', { name: 'mine', state: 'absent' }, 'it is the primary group of mine'],
      [
        'file',
        { path: '/root/x', content: 'x', owner: 'nobody-yet' },
        'there is no user nobody-yet on the host',
      ],
      ['directory', { path: '/srv/x', group: 'nobodys' }, 'there is no group nobodys on the host'],
    ])('%s %j', async (type, params, why) => {
      const refused = await ops('apply', [type, params])
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(why)
      expect(refused.stderr).toMatch(/changed +no/)
    })

    test('unless an earlier step mends it', async () => {
      const mended: readonly (readonly [string, object])[] = [
        ['service', { unit: 'busy', running: false }],
        ['user', { name: 'busy', state: 'absent' }],
        ['user', { name: 'mine', state: 'absent' }],
        ['group', { name: 'crew', gid: 2700 }],
        ['user', { name: 'heir', uid: 2500, group: 'crew' }],
        ['directory', { path: '/srv/heir', owner: 'heir', group: 'crew' }],
        ['file', { path: '/srv/heir/x', content: 'x', owner: 'heir' }],
      ]
      const done = await ops('apply', ...mended)
      expect(done.code, done.stderr).toBe(0)
      expect((await ops('check', ...mended)).code).toBe(0)
      expect(await read('stat -c %U:%G /srv/heir; stat -c %u /srv/heir/x')).toBe('heir:crew\n2500')
    })

    test('a home that is there already and not his is told', async () => {
      const planned = await ops('plan', ['user', { name: 'early' }])
      expect(planned.stdout).toContain(
        'note: /home/early is there already and belongs to root: early cannot write there',
      )
      const given: readonly (readonly [string, object])[] = [
        ['user', { name: 'early' }],
        ['directory', { path: '/home/early', owner: 'early', group: 'early' }],
      ]
      expect((await ops('plan', ['user', { name: 'early', shell: '/bin/none-such' }])).stdout).toContain(
        'note: the host has no program /bin/none-such: nobody can log in as early',
      )
      expect((await ops('apply', ...given)).code).toBe(0)
      expect((await ops('check', ...given)).stdout).not.toContain('note')
      expect(await read('stat -c %U /home/early')).toBe('early')
      const moved = await ops('plan', ['user', { name: 'early', home: '/srv/early' }])
      expect(moved.stdout).toContain('nothing is moved from /home/early to /srv/early, and no home is made')
    })

    test('behind a step that may bring anything, who is not there is told, and a kernel that is read-only', async () => {
      const after = ['command', { run: 'true', unless: 'false' }] as const
      const planned = async (...all: Parameters<typeof ops>[1][]) => (await ops('plan', ...all)).stdout
      const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKhXN+zGxfhbrSDRXojyz/XY33RYZ2Ewxy+EEuRXKZYX ann'
      const ghost = ['authorizedKey', { user: 'ghost', key }] as const
      const lacks = 'note: there is no user ghost on the host now: a step before this one has to bring it'
      expect(await planned(after, ghost)).toContain(lacks)
      expect(await planned(after, ['user', { name: 'ghost' }], ghost)).not.toContain('there is no user')
      expect(await planned(after, ['file', { path: '/srv/x', content: 'x', group: 'ghosts' }])).toContain(
        'note: there is no group ghosts on the host now',
      )
      // The kernel of the test's hosts is this machine's, and what is not of the network is read-only to them.
      const setting = ['sysctl', { key: 'vm.swappiness', value: '7' }] as const
      const cannot = 'vm.swappiness cannot be written here: it is read-only'
      expect(await planned(after, setting)).toContain(`note: as the host is now, ${cannot}`)
      const alone = await ops('plan', setting)
      expect([alone.stdout, alone.stderr]).toEqual([
        expect.not.stringContaining('as the host is now'),
        expect.stringContaining(cannot),
      ])
    })

    test('an account that is there and serves nobody is told as such, also where nothing is to change', async () => {
      await host().read(`for each in late stale homeless shellless whole; do useradd -m -s /bin/bash $each; done
        chage -E 2020-01-01 late; chage -d 0 stale; rm -r /home/homeless; usermod -s /bin/none-such shellless 2>&1`)
      const told = async (...names: readonly string[]) => {
        const seen = await ops('check', ...names.map(name => ['user', { name }] as const))
        expect(seen.code, seen.stderr).toBe(0)
        return seen.stdout
      }
      const out = await told('late', 'stale', 'homeless', 'shellless')
      expect(out).toContain('note: the account has expired: nobody can log in as late')
      expect(out).toContain('note: the password of stale has expired')
      expect(out).toContain('note: homeless has no home: /home/homeless is not there')
      expect(out).toContain('note: the host has no program /bin/none-such: nobody can log in as shellless')
      // The oracle is PAM: it lets in as that user, into that home.
      const enters = async (name: string) =>
        (await host().exec(`su -l -c 'test "$PWD" = /home/${name}' ${name} </dev/null`)).code
      expect(await Promise.all(['late', 'stale', 'homeless', 'shellless'].map(enters))).not.toContain(0)
      expect([await enters('whole'), await told('whole')]).toEqual([0, expect.not.stringContaining('note')])
      await host().read('passwd -d whole')
      expect([await read('passwd -S whole | cut -d " " -f 2'), await told('whole')]).toEqual([
        'NP',
        expect.stringContaining('note: the password of whole is empty'),
      ])
      await host().read('chage -E -1 -I -1 late')
      expect([await enters('late'), await told('late')]).toEqual([0, expect.not.stringContaining('note')])
      const given = [
        ['user', { name: 'homeless', home: '/home/homeless' }],
        ['directory', { path: '/home/homeless', owner: 'homeless' }],
      ] as const
      expect((await ops('apply', ...given)).code).toBe(0)
      expect([await enters('homeless'), await told('homeless')]).toEqual([
        0,
        expect.not.stringContaining('note'),
      ])
    })
  })

  test('many are looked at with the bytes of single looks', async () => {
    const many = ['root', 'nobody', 'no-such-user', 'daemon'].map(name =>
      user.definition.params.parse({
        name,
        shell: '/bin/sh',
        uid: 1,
        group: 'x',
        home: '/',
        comment: '',
        groups: ['root', 'adm'],
      }),
    )
    const { probe, probeMany } = user.definition
    const all = await run(user.definition, probeMany?.(many).shell ?? 'false')
    const single = await Promise.all(many.map(params => run(user.definition, probe(params).shell)))
    expect(all.stdout).toBe(single.map(({ stdout }) => `${stdout}--mark--\n`).join(''))
    expect(single.map(({ stdout }) => stdout.split('\n')[0])).toEqual([
      'state=present',
      'state=present',
      'state=absent',
      'state=present',
    ])
  })
})

test.each([
  ['user', { name: '0' }, 'starting with a letter'],
  ['user', { name: 'a b' }, 'starting with a letter'],
  ['user', { name: '-x' }, 'starting with a letter'],
  ['user', { name: 'a', comment: 'a:b' }, 'colon'],
  ['user', { name: 'a', comment: 'a\nb' }, 'one line'],
  ['user', { name: 'a', removeHome: true }, '`removeHome` is for'],
  ['group', { name: 'a', gid: -1 }, 'Too small'],
])('a %s refuses %j', (type, input, message) => {
  expect((type === 'user' ? user : group).definition.params.safeParse(input).error?.message).toContain(
    message,
  )
})
