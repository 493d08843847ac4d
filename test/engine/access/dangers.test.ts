import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { armLibrary } from '../../../src/engine/access/arm-shell.ts'
import { parseAccess } from '../../../src/engine/access/ask.ts'
import { accessBegin } from '../../../src/engine/access/begin-shell.ts'
import { confirmScript, renewScript, restoreNowScript } from '../../../src/engine/access/confirm-shell.ts'
import { accessOf } from '../../../src/engine/access/dangers.ts'
import { restoreScript } from '../../../src/engine/access/restore-shell.ts'
import { wayInProbe } from '../../../src/engine/access/way-in-shell.ts'
import { earlierVerdict, unguardedError } from '../../../src/engine/access/words.ts'
import type { Change } from '../../../src/engine/resource.ts'
import type { Step } from '../../../src/engine/step.ts'
import { apt } from '../../../src/resources/apt.ts'
import { command } from '../../../src/resources/command.ts'
import { directory } from '../../../src/resources/directory.ts'
import { file } from '../../../src/resources/file.ts'
import { group } from '../../../src/resources/group.ts'
import { line } from '../../../src/resources/line.ts'
import { option } from '../../../src/resources/option.ts'
import { service } from '../../../src/resources/service.ts'
import { user } from '../../../src/resources/user.ts'
import { lacking } from '../../needs.ts'

const write = (path: string) => file({ path, content: 'x\n' })

const dangers: readonly (readonly [string, Step, readonly string[]])[] = [
  ['sshd_config', write('/etc/ssh/sshd_config'), ['ssh']],
  ['a part of it', write('/etc/ssh/sshd_config.d/10.conf'), ['ssh']],
  ['one line of it', line({ path: '/etc/ssh/sshd_config', line: 'Port 2' }), ['ssh']],
  ['a unit file of sshd', write('/etc/systemd/system/ssh.service.d/x.conf'), ['ssh']],
  ['the service that loads it', service({ unit: 'ssh', running: true }), ['ssh']],
  ['its socket', service({ unit: 'ssh.socket', enabled: false }), ['ssh']],
  ['PAM', write('/etc/pam.d/sshd'), ['ssh']],
  ['rules of nftables', write('/etc/nftables.conf'), ['firewall']],
  ['ufw', service({ unit: 'ufw', enabled: true }), ['firewall']],
  ['an interface', write('/etc/network/interfaces.d/eth0'), ['network']],
  ['netplan', write('/etc/netplan/50.yaml'), ['network']],
  ['the resolver', write('/etc/resolv.conf'), ['network']],
  ['a sudo rule', write('/etc/sudoers.d/x'), ['sudo']],
  ['our group of sudo', group({ name: 'sudo', state: 'absent' }), ['sudo']],
  ['our keys', write('/home/deploy/.ssh/authorized_keys'), ['account']],
  ['keys in a home elsewhere', write('/srv/who/.ssh/authorized_keys'), ['account']],
  ['the mode of our home', directory({ path: '/home/deploy', mode: '0777' }), ['account']],
  ['our shell', user({ name: 'deploy', shell: '/bin/sh' }), ['account']],
  [
    'an option of the network',
    option({ path: '/etc/systemd/network/1.network', key: 'a', value: 'b' }),
    ['network'],
  ],
  ['sudo itself', apt({ packages: ['sudo'] }), ['sudo']],
  [
    'a command that says so',
    command({ run: 'x', creates: '/x' }, { access: { firewall: true } }),
    ['other', 'firewall'],
  ],
]

const harmless: readonly (readonly [string, Step])[] = [
  ['some file', write('/etc/motd')],
  ["the client's side of ssh", write('/etc/ssh/ssh_config')],
  ['keys of somebody else', write('/home/other/.ssh/authorized_keys')],
  ['another user', user({ name: 'other', shell: '/bin/sh', groups: ['sudo'] })],
  ['another service', service({ unit: 'nginx', running: true })],
  ['a package', apt({ packages: ['nginx'] })],
  ['a command that says nothing', command({ run: 'x', creates: '/x' })],
  ['sshd_config, unguarded', file({ path: '/etc/ssh/sshd_config', content: '' }, { access: 'unguarded' })],
]

describe('what can cut our own access', () => {
  test.each(dangers)('%s', (_title, step, areas) => {
    expect(accessOf(step, '', { user: 'deploy' })?.areas).toEqual(areas)
    // Before the login it is not known who logs in: nothing that may matter is overlooked.
    expect(accessOf(step, '', {})).toBeDefined()
  })

  test.each(harmless)('not %s', (_title, step) => {
    expect(accessOf(step, '', { user: 'deploy' })).toBeUndefined()
  })
})

describe('what nothing on the host could put back is refused', () => {
  const changeOf = (key: string, from: string, to: string): Change => ({
    actual: {},
    desired: {},
    keys: [{ key, from, to }],
  })
  const refused = (step: Step, change: Change, detail = '') => {
    const access = accessOf(step, detail, { user: 'deploy' }, change)
    return access && unguardedError(step, access, { user: 'deploy' }, 'h1')?.title
  }

  test('the removal of sudo, also where another package takes it along', () => {
    const change = changeOf('x', 'present', 'absent')
    expect(refused(apt({ packages: ['sudo'], state: 'absent' }), change)).toContain('removes sudo for good')
    const both = 'The following packages will be REMOVED:\n  sudo*\n'
    expect(refused(apt({ packages: ['sudo'], state: 'absent' }), change, both)).toContain(
      'it removes sudo for',
    )
    const simulation = 'The following packages will be REMOVED:\n  openssh-server exim4\n'
    expect(
      refused(apt({ packages: ['exim4'], state: 'absent', removes: true }), change, simulation),
    ).toContain('removes openssh-server for good')
  })

  test('another uid for the user who logs in, and its home', () => {
    expect(refused(user({ name: 'deploy', uid: 7 }), changeOf('uid', '1', '7'))).toContain('removes deploy')
    const gone = user({ name: 'deploy', state: 'absent', removeHome: true })
    expect(refused(gone, changeOf('state', 'present', 'absent'))).toContain('removes deploy')
  })

  test('anything, where the host has nothing that watches', () => {
    const step = write('/etc/ssh/sshd_config')
    const login = { user: 'root', ...parseAccess('problem=systemd does not run there\n') }
    const access = accessOf(step, '', { user: 'root' })
    expect(
      access && unguardedError(step, access, { user: 'root', problem: login.problem ?? '' }, 'h1'),
    ).toMatchObject({
      changed: 'no',
      title: expect.stringContaining('systemd does not run there'),
      next: expect.stringContaining("access: 'unguarded'"),
    })
  })
})

test('a verdict that nobody waited for is told with what was taken back, a confirmed one is not', () => {
  const restored = 'verdict=restored\nat=2026-01-01T00:00:00Z\nwho=me@here\nsteps=service ssh\n'
  expect(parseAccess(restored).earlier).toMatch(
    /me@here.*at 2026-01-01T00:00:00Z the host took back service ssh/,
  )
  expect(parseAccess('verdict=confirmed\n')).toMatchObject({ problem: undefined, earlier: undefined })
  expect(
    earlierVerdict(`${restored.replace('restored', 'restore-failed')}detail=/x is not as it was\n`),
  ).toContain('could not: /x is not as it was')
})

test.each(['dash', 'bash', 'busybox sh'].filter(each => !lacking(each.split(' ')[0] ?? '')))(
  'what runs on the host parses in %s',
  shell => {
    const [program = '', ...words] = shell.split(' ')
    for (const script of [
      restoreScript,
      armLibrary,
      accessBegin,
      confirmScript('1', true),
      renewScript('1'),
      restoreNowScript,
      wayInProbe(['/x']),
    ]) {
      execFileSync(program, [...words, '-n'], { input: script })
    }
  },
)
