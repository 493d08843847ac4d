/** Roles and databases of PostgreSQL on a booted host, proved by logging in over TCP. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isStored, saltFor, scramVerifier } from '../../../src/resources/postgres/password.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

test('a password is told from another by a hash of what is stored of it', () => {
  const [scheme, head, rest = ''] = scramVerifier('secret', saltFor('shop', 'secret')).split('$')
  const hash = createHash('sha256').update(rest).digest('hex')
  expect(isStored('secret', 'shop', `${scheme}$${head}`, hash)).toBe(true)
  expect(isStored('Secret', 'shop', `${scheme}$${head}`, hash)).toBe(false)
})

const recipes = {
  'recipes/shop.ts': `
import { postgresDatabase, postgresRole, recipe, secret, z } from 'ops-recipes'

export default recipe({
  summary: 'A role with its database, as the test says.',
  params: {
    password: secret().describe('Of the role.'),
    encoding: z.string().default('UTF8').describe('Of the database.'),
  },
  steps: ({ params: { password, encoding } }) => [
    postgresRole({ name: 'readers', login: false }),
    postgresRole({ name: 'shop', password, createDatabases: false, memberOf: ['readers'] }),
    postgresDatabase({ name: 'shop-1', owner: 'shop', encoding, locale: 'C' }),
  ],
})
`,
  'recipes/gone.ts': `
import { postgresRole, recipe } from 'ops-recipes'

export default recipe({ summary: 'No role.', params: {}, steps: () => [postgresRole({ name: 'shop', state: 'absent' })] })
`,
}

const kept = `
import { mysqlDatabase, mysqlUser, postgresDatabase, postgresRole, recipe, service } from 'ops-recipes'

export default recipe({
  summary: 'What two servers hold, as the test says.',
  params: {},
  steps: () => [
    SERVICES
    mysqlDatabase({ name: 'kept' }),
    mysqlUser({ name: 'gone', from: '%', state: 'absent' }),
    postgresDatabase({ name: 'postgres' }),
    postgresRole({ name: 'gone', state: 'absent' }),
  ],
})
`

describeReal('PostgreSQL on a real host', () => {
  const host = useHost({ withPackages: ['mariadb-server', 'postgresql'] })
  let folder: Folder
  beforeAll(() => {
    const services = ['mariadb', 'postgresql'].map(unit => `service({ unit: '${unit}', running: true }),`)
    folder = folderWith({
      ...recipes,
      'recipes/kept.ts': kept.replace('SERVICES', ''),
      'recipes/started.ts': kept.replace('SERVICES', services.join('\n')),
    })
  })
  afterAll(() => folder?.remove())

  const ops = (verb: string, recipe: string, password: string, ...more: string[]) =>
    folder.answer(
      [verb, recipe, host().name, '-F', host().sshConfig, ...(verb === 'apply' ? ['--yes'] : []), ...more],
      { env: recipe === 'shop' ? { OPS_PARAM_PASSWORD: password } : {} },
    )
  const login = (password: string) =>
    host().exec(
      `PGPASSWORD='${password}' psql -h 127.0.0.1 -U shop -XAtc "select current_database(), pg_has_role('readers','member')" shop-1`,
    )
  const sql = (text: string) => host().read(`cd /; runuser -u postgres -- psql -XAtqc "${text}"`)

  test('a role logs in with its password to its database, and a second look asks for nothing', async () => {
    // As after an upgrade of glibc: from here on the server warns at each login.
    await sql("update pg_database set datcollversion='0' where datname='postgres'")
    expect((await host().exec('cd /; runuser -u postgres -- psql -c select')).stderr).toContain('WARNING')
    const applied = await ops('apply', 'shop', 'first-password')
    expect(applied.stderr).toBe('')
    expect(applied.code).toBe(0)
    expect((await login('first-password')).stdout).toBe('shop-1|t\n')
    expect((await ops('check', 'shop', 'first-password')).code).toBe(0)
  })

  test('what others changed is put right, and what they have beside it stays', async () => {
    await sql(
      "alter role shop createdb nologin valid until '2001-01-01' password 'theirs'; create role theirs; grant theirs to shop; alter database \\\"shop-1\\\" owner to postgres",
    )
    expect((await ops('check', 'shop', 'second-password')).code).toBe(2)
    expect((await ops('apply', 'shop', 'second-password')).code).toBe(0)
    expect((await login('second-password')).stdout).toBe('shop-1|t\n')
    expect((await login('theirs')).code).not.toBe(0)
    expect(
      await sql(
        "select rolcreatedb, pg_has_role('shop','theirs','member') from pg_roles where rolname='shop'",
      ),
    ).toBe('f|t\n')
  })

  test('what cannot be changed is refused before, and a role that owns something stays', async () => {
    const other = await ops('plan', 'shop', 'second-password', '--encoding', 'LATIN1')
    expect(other.stderr + other.stdout).toContain('was made with the encoding UTF8, which cannot be changed')
    const gone = await ops('apply', 'gone', '')
    expect([gone.code, gone.stderr]).toEqual([
      1,
      expect.stringContaining('cannot be dropped because some objects depend on it'),
    ])
    expect((await login('second-password')).code).toBe(0)
  })

  test('what servers hold that do not run is unknown, and what starts them tells it', async () => {
    await host().read(
      'systemctl start mariadb && mariadb -e "create database if not exists kept" && systemctl stop mariadb postgresql',
    )
    const stopped = await ops('plan', 'kept', '')
    expect(stopped.code).toBe(1)
    for (const step of ['mysqlDatabase kept', 'mysqlUser gone@%'])
      expect(stopped.stderr).toContain(`${step}: mariadb does not run`)
    for (const step of ['postgresDatabase postgres', 'postgresRole gone'])
      expect(stopped.stderr).toContain(`${step}: PostgreSQL does not answer`)
    expect((await ops('plan', 'started', '')).code).toBe(0)
    expect((await ops('apply', 'started', '')).stderr).toBe('')
    expect((await ops('check', 'kept', '')).code).toBe(0)
  })

  test('a change on a server that is read-only to all but root is said to be on no source', async () => {
    await host().read(
      'systemctl start mariadb && mariadb -e "drop database if exists kept; set global read_only=1"',
    )
    const planned = await ops('plan', 'kept', '')
    expect([planned.code, planned.stdout]).toEqual([
      0,
      expect.stringContaining('the server is read-only (read_only=ON), as replicas are'),
    ])
    await host().read('mariadb -e "set global read_only=0"')
  })
})
