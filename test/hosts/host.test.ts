import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { startProxy } from '../faults/instruments/proxy.ts'
import { describeReal } from './available.ts'
import { groupFolders } from './cgroup.ts'
import { finish, run } from './command.ts'
import type { Host, User } from './host.ts'
import { knownPassword } from './image.ts'
import { startHost } from './start.ts'
import { freshHost, useHosts } from './use-hosts.ts'

describeReal('a host of the tests', () => {
  const hosts = useHosts({ names: ['one', 'two'] })
  const one = () => pick(0)
  const two = () => pick(1)
  const pick = (position: number): Host => {
    const host = hosts()[position]
    if (host === undefined) throw new Error('two hosts were asked for')
    return host
  }

  test.each<User>(['root', 'deploy', 'worker', 'guest'])('lets %s log in', async user => {
    expect(await one().ssh('id -un', { user })).toMatchObject({ code: 0, stdout: `${user}\n` })
  })

  test('has ended its boot without a failed unit', async () => {
    expect(await one().read('systemctl is-system-running')).toBe('running\n')
  })

  test('has a machine id, a host key and a host name of its own', async () => {
    const look = 'cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub; hostname'
    const seen = await Promise.all(hosts().map(host => host.read(look)))
    expect(new Set(seen.join('').split('\n').filter(Boolean)).size).toBe(6)
  })

  test('gives an answer also from a command that was stopped in it, as all are when it goes down', async () => {
    expect(await one().read('kill -STOP $$; echo on')).toBe('on\n')
  })

  test('reaches the other by name', async () => {
    expect(await one().read(`bash -c 'read -r line </dev/tcp/two/22 && echo "$line"'`)).toMatch(/^SSH-2\.0/)
  })

  test('knows the packages that the sources of the tests name, and all that these need, in a tenth of the lists', async () => {
    const simulated = await one().read('apt-get install -s -q rails mariadb-server nginx | grep -c ^Inst')
    expect(Number(simulated)).toBeGreaterThan(300)
    const known = Number(await one().read('apt-cache pkgnames | wc -l'))
    expect(known).toBeGreaterThan(3000)
    expect(known).toBeLessThan(20_000)
  })

  test('installs a package from the mirror', async () => {
    await one().read('apt-get install -y -q tree')
    expect(await one().read('command -v tree')).toBe('/usr/bin/tree\n')
    expect((await two().exec('command -v tree')).code).toBe(127)
  })

  test('gives root to deploy for nothing, to worker for a password, and to guest never', async () => {
    const sudo = 'sudo -S -k -p "" id -un'
    expect(await one().ssh('sudo -n id -un', { user: 'deploy' })).toMatchObject({ code: 0, stdout: 'root\n' })
    expect((await one().ssh('sudo -n true', { user: 'worker' })).code).toBe(1)
    expect((await one().ssh(sudo, { user: 'worker', input: `${knownPassword}\n` })).stdout).toBe('root\n')
    expect((await one().ssh(sudo, { user: 'guest', input: `${knownPassword}\n` })).stderr).toContain(
      'sudoers',
    )
  })

  test('is reached through a proxy under its own host key', async () => {
    const proxy = await startProxy({ host: two().address, port: two().port })
    onTestFinished(() => proxy.close())
    const login = ['ssh', '-F', two().sshConfigThrough(proxy.port), 'two-deploy', 'hostname']
    expect(await finish(login)).toMatchObject({ code: 0, stdout: 'two\n' })
    expect(proxy.accepted).toBe(1)
  })

  test('boots again after a restart, with the same files', async () => {
    await two().read('touch /root/still-here')
    const before = await two().bootId()
    await two().reboot()
    expect(await two().bootId()).not.toBe(before)
    await two().read('test -e /root/still-here')
  })
})

describeReal('a host of another kind', () => {
  test('has the login shells, sshd settings and files that were asked for', async () => {
    const host = await freshHost({
      shells: { deploy: 'fish', worker: 'dash', guest: 'nologin' },
      sshd: { Port: '2222', MaxSessions: '1' },
      files: { '/etc/motd': 'Welcome.\n' },
    })
    expect(host.port).toBe(2222)
    expect((await host.ssh('echo $FISH_VERSION', { user: 'deploy' })).stdout).toMatch(/^3\./)
    expect((await host.ssh('echo $0', { user: 'worker' })).stdout).toBe('dash\n')
    expect((await host.ssh('true', { user: 'guest' })).code).toBe(1)
    expect(await host.read('sshd -T')).toContain('maxsessions 1\n')
    expect(await host.read('cat /etc/motd')).toBe('Welcome.\n')
  })

  test('mounts file systems of its own, and gives the loop devices back', async () => {
    const host = await freshHost({ loopDevices: true, storage: 'disk' })
    await host.read('truncate -s 8M /disk /other && mkfs.ext4 -q /disk && mount -o loop /disk /mnt')
    expect(await host.read('df --output=fstype /mnt')).toContain('ext4')
    const device = (await host.read('losetup --find --show /other')).trim()
    await host.stop()
    expect(await run(['losetup', '--list', '--noheadings'])).not.toMatch(new RegExp(`${device} .*/other`))
  })
})

describeReal('the end of hosts', () => {
  test('leaves no mount, bridge, table, process or file', async () => {
    const host = await startHost()
    const network = networkOf(host.address)
    await host.stop()
    expect(await tracesOf(network, process.pid)).toEqual([])
  })

  test('comes with SIGTERM to the process that started them', async () => {
    const lab = await startLab()
    lab.child.kill('SIGTERM')
    await once(lab.child, 'close')
    expect(await tracesOf(lab.network, lab.child.pid)).toEqual([])
  })

  test('is made up for by the next run after SIGKILL', async () => {
    const lab = await startLab()
    lab.child.kill('SIGKILL')
    await once(lab.child, 'close')
    expect(await tracesOf(lab.network, lab.child.pid)).not.toEqual([])
    const next = await freshHost()
    if (networkOf(next.address) === lab.network) await next.stop()
    expect(await tracesOf(lab.network, lab.child.pid)).toEqual([])
  })
})

/** A process of its own with one host. */
async function startLab(): Promise<{ readonly child: ChildProcess; readonly network: string }> {
  const child = spawn(process.execPath, [new URL('lab.mjs', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGTERM')
  })
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('h1 ')) return { child, network: networkOf(line) }
  }
  throw new Error('the lab did not start')
}

const networkOf = (text: string): string => /10\.213\.(\d+)\./.exec(text)?.[1] ?? ''

/** All that there still is of a network that a process had; its number may have another owner by now. */
async function tracesOf(network: string, pid: number | undefined): Promise<string[]> {
  const folder = `/run/ops-test/${network}`
  const owner = existsSync(`${folder}/owner`) ? readFileSync(`${folder}/owner`, 'utf8') : `${pid} `
  if (!owner.startsWith(`${pid} `)) return []
  const lines = [
    readFileSync('/proc/self/mountinfo', 'utf8'),
    await run(['ip', '-oneline', 'link']),
    await run(['nft', 'list', 'tables']),
    ...readdirSync('/proc').map(commandLine),
  ].flatMap(text => text.split('\n'))
  const marks = [
    `${folder}/`,
    ` ops${network}: `,
    `vb-ops-test-${network}-`,
    `ops_test_${network} `,
    `ops-test-${network}-`,
  ]
  return [
    ...lines.filter(line => marks.some(mark => `${line} `.includes(mark))),
    ...[folder, ...groupFolders(`ops-test-${network}-1`)].filter(path => existsSync(path)),
  ]
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
