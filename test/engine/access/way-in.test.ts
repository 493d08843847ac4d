import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { AccessContext } from '../../../src/engine/access/dangers.ts'
import { accessOf } from '../../../src/engine/access/dangers.ts'
import { unknownNote } from '../../../src/engine/access/unknown.ts'
import {
  areaInWay,
  areaUnderMount,
  parseWayIn,
  stampOf,
  wayInToKeep,
} from '../../../src/engine/access/way-in.ts'
import { wayInProbe } from '../../../src/engine/access/way-in-shell.ts'
import type { Step } from '../../../src/engine/step.ts'
import { command } from '../../../src/resources/command.ts'
import { directory } from '../../../src/resources/directory.ts'
import { file } from '../../../src/resources/file.ts'
import { group } from '../../../src/resources/group.ts'
import { link } from '../../../src/resources/link.ts'
import { service } from '../../../src/resources/service.ts'

/** Of a Debian 12 host, whose sshd reads /opt/my.conf and keys in /opt/keys, shortened. */
const told = `cgroup=/user.slice/user-1000.slice/session-3.scope
cgroup=/system.slice/ssh.service
user=deploy
home=/home/deploy
groups=deploy ops-shell adm
way=account /home/deploy
way=account /bin/sh
glob=ssh /etc/ssh/sshd_config.d/*.conf
way=ssh /opt/my.conf
way=ssh /run/sshd
way=ssh /opt/keys/deploy
way=sudo /usr/bin/sudo
group=ops-*
group=sudo
names=
f: /etc/motd
 d /
 d etc
 - motd
f: /etc/nginx/nginx.conf
 d /
 d etc
   nginx - No such file or directory
f: /srv/link
 d /
 d srv
 l link -> ../opt/other
   d ..
   d opt
   l other -> my.conf
     - my.conf
f: /home/deploy
 d /
 d home
 d deploy
f: /bin/sh
 d /
 l bin -> usr/bin
   d usr
   d bin
 l sh -> dash
   - dash
f: /opt/my.conf
 d /
 d opt
 - my.conf
f: /run/sshd
 d /
 d run
 d sshd
f: /opt/keys/deploy
 d /
 d opt
   keys - No such file or directory
f: /usr/bin/sudo
 d /
 d usr
 d bin
 - sudo
`

const way = parseWayIn(told)
if (!way) throw new Error('the host told nothing')

describe('what the way in stands on', () => {
  test.each([
    ['a link on the way to the shell', '/bin', 'account'],
    ['the shell in its other place', '/usr/bin/sh', 'account'],
    ['what it leads to', '/usr/bin/dash', 'account'],
    ['a folder on the way', '/usr', 'account'],
    ['the root of all', '/', 'account'],
    ['what another link leads to', '/srv/link', 'ssh'],
    ['a file that would be read', '/etc/ssh/sshd_config.d/new.conf', 'ssh'],
    ['keys in a folder that is not there yet', '/opt/keys/deploy', 'ssh'],
    ['that folder', '/opt/keys', 'ssh'],
    ['not a file beside them', '/usr/bin/other', undefined],
    ['not what another link goes through', '/etc/nginx/nginx.conf', undefined],
    ['not some file', '/etc/motd', undefined],
  ])('%s', (_title, path, area) => {
    expect(areaInWay(way, path)).toBe(area)
  })

  test('groups that both hold us and let us in, and what our login runs in', () => {
    expect([...way.groups]).toEqual(['ops-shell'])
    for (const name of ['user-1000.slice', 'user-.slice', 'slice', 'session-.scope', 'ssh.service']) {
      expect(way.units.has(name), name).toBe(true)
    }
  })

  test('an answer that the host calls unchanged is the one that was kept, with what is new of the paths', () => {
    const kept = wayInToKeep(`cgroup=/old.slice\nway-in=new\nread=/etc/passwd\nstamp=5f\n${told}`)
    expect(kept && stampOf(kept)).toMatchObject({ stamp: '5f', reads: ['/etc/passwd'] })
    const same =
      'cgroup=/user.slice/new.scope\nway-in=same\nnames=\nf: /srv/x\n d /\n d srv\n l x -> y\n   - y\n'
    expect(wayInToKeep(same)).toBeUndefined()
    const again = parseWayIn(same, kept)
    expect([again?.home, again?.units.has('new.scope'), again?.units.has('old.slice')]).toEqual([
      '/home/deploy',
      true,
      false,
    ])
    expect(again && areaInWay(again, '/usr/bin/dash')).toBe('account')
    expect(again?.names.get('/srv/x')).toEqual(['/srv/x', '/srv/y'])
  })

  test('a mount over it, and not one beside it', () => {
    expect([areaUnderMount(way, '/home'), areaUnderMount(way, '/srv')]).toEqual(['account', undefined])
  })
})

test('of a file that is included by its name that file is known again, whether it is there or not, and of a pattern its folder', () => {
  const functions = wayInProbe([]).replace(/\nops_way_in [^\n]*$/, '')
  const asked = 'ops_newline=" " ops_found= ops_named= ops_reads=; ops_way_globs ssh /etc'
  const { stdout } = spawnSync('sh', ['-c', `${functions}\n${asked} /etc/passwd none 'more.d/*.conf'`], {
    encoding: 'utf8',
  })
  expect(stdout.match(/^read=.*/gm)).toEqual(['read=/etc/passwd', 'read=/etc/none', 'read=/etc/more.d'])
})

const context: AccessContext = { user: 'deploy', way }
const dangers: readonly (readonly [string, Step, readonly string[] | undefined])[] = [
  ['a group that AllowGroups names', group({ name: 'ops-shell', state: 'absent' }), ['sudo']],
  ['not another group of ours', group({ name: 'adm', state: 'absent' }), undefined],
  ['a link in place of a shell', link({ path: '/usr/bin/sh', to: '/bin/true' }), ['account']],
  ['the mode of a folder', directory({ path: '/usr', mode: '0700' }), ['account']],
  ['a mount unit', service({ unit: 'home-deploy.mount', running: true }), ['mounts']],
  ['not a mount elsewhere', service({ unit: 'srv-data.mount', running: true }), undefined],
  [
    'limits of our slice',
    file({ path: '/etc/systemd/system/user-.slice.d/9.conf', content: '' }),
    ['limits'],
  ],
]

test.each(dangers)('%s', (_title, step, areas) => {
  expect(accessOf(step, '', context)?.areas).toEqual(areas)
})

test('what is more likely harmless than not is not refused where the host has nothing that watches', () => {
  const isSlight = (step: Step) => accessOf(step, '', context)?.isSlight
  expect(isSlight(directory({ path: '/usr', mode: '0755' }))).toBe(true)
  expect(isSlight(file({ path: '/etc/fstab', content: '' }))).toBe(true)
  expect(isSlight(file({ path: '/opt/keys/deploy', content: '' }))).toBe(false)
  expect(isSlight(file({ path: '/home/deploy/.ssh/authorized_keys', content: '' }))).toBe(false)
  expect(isSlight(command({ run: 'x', creates: '/x' }, { access: { paths: ['/usr'] } }))).toBe(false)
})

test('a folder that goes with all that is in it is saved whole', () => {
  const step = directory({ path: '/opt/keys', state: 'absent', recursive: true })
  expect(accessOf(step, '', context)?.entries).toContainEqual({
    area: 'ssh',
    kind: 'tree',
    name: '/opt/keys/',
  })
})

test('of a command nothing is known, and the plan says so where its text speaks of access', () => {
  const change = { actual: {}, desired: {}, keys: [] }
  const note = (run: string) => unknownNote(command({ run, creates: '/x' }), change, context)
  expect(note('ufw --force enable')).toContain('its text names ufw')
  expect(note('cp x /opt/my.conf')).toContain('its text names /opt/my.conf')
  expect(note('make install')).toBeUndefined()
  expect(
    unknownNote(command({ run: 'ufw enable', creates: '/x' }, { access: {} }), change, context),
  ).toBeUndefined()
})
