/** The thin line of everything on hosts of Debian 11 and 13; the other suites run on 12. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import type { Release } from '../hosts/apt-config.ts'
import type { Host } from '../hosts/host.ts'
import { startHost } from '../hosts/start.ts'

const resources = `
import { apt, command, directory, file, gitBare, group, line, link, option, recipe, service, user } from 'ops-recipes'
export default recipe({
  summary: 'One step of most resources.',
  params: {},
  steps: () => [
    apt({ packages: ['nginx', 'git', 'cron'] }),
    group({ name: 'team' }),
    user({ name: 'app', groups: ['team'], home: '/home/app' }),
    directory({ path: '/srv/app', owner: 'app', mode: '0750' }),
    file({ path: '/etc/nginx/conf.d/app.conf', content: 'server { listen 8080; return 200 "hello\\\\n"; }\\n' }),
    link({ path: '/srv/current', to: '/srv/app' }),
    line({ path: '/etc/hosts', line: '192.0.2.1 example' }),
    option({ path: '/etc/ssh/sshd_config', key: 'MaxAuthTries', value: '4', separator: ' ' }),
    service({ unit: 'ssh', running: true, enabled: true, follows: ['/etc/ssh/sshd_config'], onChange: 'reload' }),
    gitBare({ path: '/srv/git/app.git', branch: 'main' }),
    command({ run: 'echo done >/srv/done', creates: '/srv/done' }),
    service({ unit: 'nginx', running: true, enabled: true, follows: ['/etc/nginx'], onChange: 'reload' }),
  ],
})
`

const cuts = `
import { file, recipe } from 'ops-recipes'
export default recipe({
  summary: 'Lets nobody in any more.',
  params: {},
  steps: () => [file({ path: '/root/.ssh/authorized_keys', content: '# nobody\\n' })],
})
`

/** What the packages of the recipes bring along, and these do not name. */
const broughtAlong: Partial<Record<Release, readonly string[]>> = {
  bullseye: [
    ...['dpkg-dev', 'exim4-daemon-light', 'fakeroot', 'g++', 'galera-4', 'git-man', 'gnupg', 'less'],
    ...['libalgorithm-merge-perl', 'libcgi-fast-perl', 'libcurl3-gnutls', 'libdbd-mariadb-perl'],
    ...['liberror-perl', 'libgd3', 'libgeoip1', 'libhtml-template-perl', 'libhttp-message-perl'],
    ...['libxslt1.1', 'lsof', 'mailutils', 'mariadb-client-core-10.5', 'mariadb-server-core-10.5'],
    ...['perl', 'publicsuffix'],
  ],
  trixie: [
    ...['bsd-mailx', 'dpkg-dev', 'exim4-daemon-light', 'fakeroot', 'g++', 'galera-4', 'git-man'],
    ...['less', 'libalgorithm-merge-perl', 'libcgi-fast-perl', 'libcurl3t64-gnutls'],
    ...['libdbd-mariadb-perl', 'liberror-perl', 'libhtml-template-perl', 'libhttp-message-perl'],
    ...['lsof', 'mariadb-client-core', 'mariadb-server-core', 'perl', 'publicsuffix', 'pv', 'sq'],
  ],
}

/** The suite of a release: each has a file of its own, as both install much. */
export function thinLine(release: Release, version: string): void {
  let host: Host
  let folder: Folder
  // Most of them install, for which a busy machine takes minutes.
  vi.setConfig({ testTimeout: 900_000 })
  beforeAll(async () => {
    folder = folderWith({
      'recipes/resources.ts': resources,
      'recipes/cuts.ts': cuts,
      password: 'long enough\n',
    })
    host = await startHost({ release, withPackages: broughtAlong[release] ?? [], packageLists: 'named' })
  }, 1_200_000)
  afterAll(async () => {
    folder?.remove()
    await host?.stop()
  })

  const ops = (verb: string, ...argv: string[]) =>
    folder.answer([verb, ...argv, host.name, '-F', host.sshConfig])
  const holds = async (...argv: string[]) => {
    const first = await ops('apply', ...argv, '--yes')
    expect(`${first.code} ${first.stderr}`).toBe('0 ')
    const second = await ops('check', ...argv)
    expect(`${second.code} ${second.stdout}`).toContain('0 ')
    expect(second.stdout).toContain('as wanted')
  }

  test('it is that release', async () => {
    expect(await host.read('. /etc/os-release; echo "$VERSION_ID"')).toBe(`${version}\n`)
  })

  test('a recipe with a step of most resources', async () => {
    await holds('resources')
    expect(await (await fetch(`http://${host.address}:8080/`)).text()).toBe('hello\n')
    expect(await host.read('sshd -T | grep -i maxauthtries')).toBe('maxauthtries 4\n')
    expect(await host.read('stat -c "%U %a" /srv/app; id -nG app')).toBe('app 750\napp team\n')
    expect(await host.read('git -C /srv/git/app.git symbolic-ref HEAD')).toBe('refs/heads/main\n')
    expect(await host.read('systemctl is-enabled nginx; systemctl is-active nginx ssh')).toBe(
      'enabled\nactive\nactive\n',
    )
  })

  test('nginx-failover', async () => {
    const servers = ['--primary', '127.0.0.1:8080', '--standby', '127.0.0.1:9002', '--listen', '8081']
    await holds('nginx-failover', '--name', 'shop', ...servers)
    expect(await (await fetch(`http://${host.address}:8081/`)).text()).toBe('hello\n')
  })

  test('mysql-remote', async () => {
    const account = ['--user', 'app', '--from', '10.0.0.0/8', '--database', 'shop', '--password', '@password']
    await holds('mysql-remote', '--install', 'mariadb', '--bind-address', host.address, ...account)
    expect(await host.read('ss -Htln sport = :3306')).toContain(`${host.address}:3306`)
    expect(
      await host.read('mariadb -BNe "SELECT user, host FROM mysql.global_priv WHERE user = \'app\'"'),
    ).toContain('app\t10.0.0.0/255.0.0.0')
  })

  test('guarded-backup, restore-backup and verify-filesystems', async () => {
    await holds('guarded-backup', '--paths', '/etc/ssh', '--to', '/backup/ssh')
    const [generation = ''] = (await host.read('ls /backup/ssh')).split('\n')
    expect((await host.exec(`diff -r /etc/ssh /backup/ssh/${generation}/etc/ssh`)).code).toBe(0)
    await host.read('rm /etc/ssh/moduli; chmod 600 /etc/ssh/ssh_config')
    await holds('restore-backup', '--from', '/backup/ssh', '--path', '/etc/ssh')
    await holds('restore-backup', '--from', '/backup/ssh', '--path', '/etc/ssh', '--into', '/root/a/b')
    for (const place of ['/etc/ssh', '/root/a/b/ssh'])
      expect((await host.exec(`diff -r /backup/ssh/${generation}/etc/ssh ${place}`)).code).toBe(0)
    expect(await host.read('stat -c %a /etc/ssh/ssh_config')).toBe('644\n')
    expect((await ops('check', 'verify-filesystems')).code).toBe(0)
  })

  test('rails-dev, its compiler and git alone', async () => {
    const less = ['--no-php', '--no-rails', '--no-gems', '--database', 'none', '--no-recommends']
    await holds('rails-dev', ...less)
    const source = 'int main(void) { return 42; }\n'
    expect((await host.exec('cd /tmp && cat >a.c && gcc a.c && ./a.out', { input: source })).code).toBe(42)
  })

  test('a step that cuts our access is taken back by the host', async () => {
    const before = await host.read('sha256sum /root/.ssh/authorized_keys')
    const run = await ops('apply', 'cuts', '--yes')
    expect(run.code).toBe(7)
    expect(await host.read('sha256sum /root/.ssh/authorized_keys')).toBe(before)
    expect((await host.ssh('true')).code).toBe(0)
  })
}
