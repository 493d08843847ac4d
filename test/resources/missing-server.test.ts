/** What a step needs and nobody installs is told by the plan; what a step before it brings is waited for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

const steps = `
    mysqlSettings({ settings: { 'max-connections': '55' } }),
    mysqlDatabase({ name: 'shop' }),
    mysqlUser({ name: 'shop', from: 'localhost', password, rights: { shop: ['SELECT'] } }),
    postgresRole({ name: 'shop' }),
    postgresDatabase({ name: 'shop' }),
    service({ unit: 'no-such-unit', running: true, enabled: true }),
    gitBare({ path: '/srv/app.git', branch: 'main' }),
    checkout({ url: 'https://example.com/app.git', path: '/srv/app', branch: 'main' }),
    firewall({ allow: ['22/tcp'], by: 'ufw' }),
    gem({ name: 'puma' }),
`
const recipe = (before: string) => `
import { apt, checkout, command, file, firewall, gem, gitBare, mysqlDatabase, mysqlSettings, mysqlUser, postgresDatabase, postgresRole, recipe, secret, service } from 'ops-recipes'

export default recipe({ summary: 'As the test says.', params: { password: secret() }, steps: ({ params: { password } }) => [${before}${steps}] })
`
const bringers = ['mariadb-server', 'postgresql', 'ruby', 'git', 'ufw']

describeReal('a host on which nothing is installed', () => {
  const host = useHost({ name: 'bare' })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({
      'recipes/alone.ts': recipe(''),
      'recipes/beside.ts': recipe("apt({ packages: ['tree'] }), file({ path: '/etc/motd', content: 'x' }),"),
      'recipes/brought.ts': recipe(`apt({ packages: ${JSON.stringify(bringers)} }),`),
      'recipes/free.ts': recipe("command({ run: 'sh /srv/install', creates: '/srv/installed' }),"),
    })
  })
  afterAll(() => folder?.remove())
  const lacking = async (name: string) => {
    const { code, stdout, stderr } = await folder.ops(['plan', name, host().name, '-F', host().sshConfig], {
      env: { OPS_PARAM_PASSWORD: 'of-the-shop' },
    })
    const lacks = [
      ...stderr.matchAll(/(\w+) [^\n:]*: there is (n[^\n]*?) on the host, and no step before this one/g),
    ].map(([, type, what]) => `${type}: ${what}`)
    // A plan that ended for another reason says nothing of what is lacking.
    expect([code, stderr.match(/^error\[/gm)?.length ?? 0]).toEqual(
      lacks.length === 0 ? [0, 0] : [1, expect.any(Number)],
    )
    if (lacks.length === 0)
      for (const type of ['mysqlSettings', 'postgresDatabase', 'gem']) expect(stdout).toContain(type)
    return lacks
  }

  test('each step that lacks its program, server or unit says so before anything is done', async () => {
    const all = [
      'mysqlSettings: no MySQL or MariaDB server',
      'mysqlDatabase: no MySQL or MariaDB server',
      'mysqlUser: no MySQL or MariaDB server',
      'postgresRole: no PostgreSQL server',
      'postgresDatabase: no PostgreSQL server',
      'service: no unit no-such-unit.service',
      'gitBare: no git',
      'checkout: no git',
      'firewall: no ufw',
      'gem: no ruby with its `gem`',
    ]
    expect(await lacking('alone')).toEqual(all)
    // Another package brings none of them, though it may bring some unit.
    expect(await lacking('beside')).toEqual(all.filter(each => !each.startsWith('service')))
  })

  test('a step before it that brings it, or may do anything, lets the plan wait for it', async () => {
    expect(await lacking('brought')).toEqual([])
    expect(await lacking('free')).toEqual([])
  })
})
