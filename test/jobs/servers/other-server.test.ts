/** Rows that were saved on one kind of server and go back into another one: what it cannot hold as it was is refused, or told. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../../src/transport/index.ts'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import { realHosts } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { type Eyes, openEyes } from '../../mysql/eyes.ts'
import { type OwnMysql, startOwnMysql, whyNoOwnMysql } from '../../mysql/own-mysql.ts'

const why = whyNoOwnMysql('5.7') ?? whyNoOwnMysql('8.0')
describe.skipIf(why !== undefined)(`what MySQL 8.0 saved${why === undefined ? '' : ` (${why})`}`, () => {
  const servers: OwnMysql[] = []
  const eyes: Eyes[] = []
  let folder: Folder
  beforeAll(async () => {
    for (const version of ['8.0', '5.7'] as const) {
      const server = await startOwnMysql(version)
      servers.push(server)
      const local = await connect({ name: 'local', destination: 'local', backend: 'local' })
      eyes.push(await openEyes(await local.forwardSocket(server.socket)))
    }
    const [newer, older] = servers.map(({ socket }) => `socket = ${socket}\nuser = root\n`)
    folder = folderWith({ 'ops.ini': `[db newer]\n${newer}[db older]\n${older}` })
    for (const each of eyes) await each.run('CREATE DATABASE lab CHARACTER SET utf8mb4')
  }, 300_000)
  afterAll(async () => {
    for (const each of eyes) await each.close()
    for (const each of servers) await each.stop()
    folder?.remove()
  })
  const ops = (...argv: string[]): Promise<Outcome> => folder.answer(['db', ...argv, '--yes'])
  const ask = async (server: number, statement: string): Promise<unknown> =>
    statement.startsWith('SELECT') ? eyes[server]?.rows(statement) : eyes[server]?.run(statement)
  const newer = (statement: string): Promise<unknown> => ask(0, statement)
  const older = (statement: string): Promise<unknown> => ask(1, statement)
  /** Saves a table of the newer server in both ways, and names how each comes back. */
  const saved = async (table: string): Promise<readonly (readonly string[])[]> => {
    const archived = ['archive', 'newer', `lab.${table}`, '--older-than', '6mo', '--by', 'at', '--no-delete']
    expect(await ops(...archived, '--to', table)).toMatchObject({ code: 0, stderr: '' })
    const dumped = ['dump', 'newer', `lab.${table}`, '--by', 'at', '--tz', 'UTC', '--to', `${table}-days`]
    expect(await ops(...dumped)).toMatchObject({ code: 0, stderr: '' })
    return [
      ['archive', 'restore', 'older', table],
      ['restore', 'older', `${table}-days`],
    ]
  }

  test('a collation that the other server does not have is refused with its columns, and the table that one makes oneself takes the rows', async () => {
    await newer(
      `CREATE TABLE lab.t (id INT PRIMARY KEY, a VARCHAR(9), b TEXT COLLATE utf8mb4_bin, at DATE NOT NULL, KEY (at))`,
    )
    await newer(`INSERT INTO lab.t VALUES (1, 'ä😀', 'x', '2020-02-29')`)
    for (const restore of await saved('t')) {
      const refused = await ops(...restore)
      expect(refused.code).toBe(3)
      expect(refused.stderr).toContain(
        'lab.t cannot be made as it was: older has no collation utf8mb4_0900_ai_ci (of a)',
      )
      expect(refused.stderr).toContain('Make lab.t yourself')
      await older('CREATE TABLE lab.t (id INT PRIMARY KEY, a VARCHAR(9), b TEXT, at DATE NOT NULL)')
      expect(await ops(...restore)).toMatchObject({ code: 0, stderr: '' })
      expect(await older('SELECT HEX(a), b FROM lab.t')).toEqual([['C3A4F09F9880', 'x']])
      await older('DROP TABLE lab.t')
    }
  })

  test('a table whose texts are of another character set is refused; one whose bytes are the same texts is not', async () => {
    await newer(
      `CREATE TABLE lab.texts (id INT PRIMARY KEY, a VARCHAR(9) CHARACTER SET utf8, j JSON, at DATE NOT NULL, KEY (at)) COLLATE utf8mb4_bin`,
    )
    await newer(`INSERT INTO lab.texts VALUES (1, 'ä', '"ö"', '2020-02-29')`)
    for (const restore of await saved('texts')) {
      const table = `CREATE TABLE lab.texts (id INT PRIMARY KEY, a VARCHAR(9), j LONGTEXT, at DATE NOT NULL) CHARSET`
      await older(`${table} latin1`)
      const refused = await ops(...restore)
      expect(refused.code).toBe(3)
      expect(refused.stderr).toMatch(
        /a of lab\.texts holds text as latin1, and was (archived|dumped) as utf8/,
      )
      expect(refused.stderr).toMatch(
        /j of lab\.texts holds text as latin1, and was (archived|dumped) as utf8mb4/,
      )
      expect(refused.stderr).toContain('From there INSERT ... SELECT converts the texts')
      await older('DROP TABLE lab.texts')
      await older(`${table} utf8mb4`)
      expect(await ops(...restore)).toMatchObject({ code: 0, stderr: '' })
      expect(await older('SELECT HEX(a), HEX(j) FROM lab.texts')).toEqual([['C3A4', '22C3B622']])
      await older('DROP TABLE lab.texts')
    }
  })

  test('days of a table that was converted meanwhile are not put together in one table', async () => {
    await newer(
      `CREATE TABLE lab.conv (id INT PRIMARY KEY, a VARCHAR(9), at DATE NOT NULL, KEY (at)) CHARSET ucs2`,
    )
    await newer(`INSERT INTO lab.conv VALUES (1, 'ab', '2020-02-28')`)
    const archive = ['archive', 'newer', 'lab.conv', '--older-than', '6mo', '--by', 'at', '--to', 'conv']
    const dump = ['dump', 'newer', 'lab.conv', '--by', 'at', '--tz', 'UTC', '--to', 'conv-days']
    for (const save of [dump, archive]) expect(await ops(...save)).toMatchObject({ code: 0, stderr: '' })
    await newer('ALTER TABLE lab.conv CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
    await newer(`INSERT INTO lab.conv VALUES (2, 'cd', '2020-02-29')`)
    for (const save of [dump, archive]) expect(await ops(...save)).toMatchObject({ code: 0, stderr: '' })
    for (const restore of [
      ['archive', 'restore', 'newer', 'conv'],
      ['restore', 'newer', 'conv-days'],
    ]) {
      const refused = await ops(...restore, '--into', 'lab.conv_again')
      expect(refused.code).toBe(3)
      expect(refused.stderr).toMatch(
        /a of lab\.conv_again holds text as utf8mb4, and was (archived|dumped) as ucs2/,
      )
      expect(refused.stderr).toMatch(
        /was altered between two runs[\s\S]*--shape [0-9a-f]{8} --into lab\.conv_again_/,
      )
    }
    const one = ['--day', '2020-02-28', '--into', 'lab.conv_day']
    expect(await ops('restore', 'newer', 'conv-days', ...one)).toMatchObject({ code: 0, stderr: '' })
    expect(await newer('SELECT HEX(a) FROM lab.conv_day')).toEqual([['00610062']])
  })
})

const noHost = realHosts().available ? undefined : 'no host can be booted'
describe.skipIf(why !== undefined || noHost !== undefined)('what MySQL 8.0 saved, on MariaDB', () => {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let server: OwnMysql
  let folder: Folder
  let eyes: Eyes
  beforeAll(async () => {
    server = await startOwnMysql('8.0')
    const local = await connect({ name: 'local', destination: 'local', backend: 'local' })
    eyes = await openEyes(await local.forwardSocket(server.socket))
    folder = folderWith({ 'ops.ini': `[db mysql]\nsocket = ${server.socket}\nuser = root\n` })
    await eyes.run('CREATE DATABASE lab CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
  }, 300_000)
  afterAll(async () => {
    await eyes?.close()
    await server?.stop()
    folder?.remove()
  })
  const ops = (...argv: string[]): Promise<Outcome> =>
    folder.answer(['db', ...argv, '--yes', '-F', host().sshConfig])
  const mariadb = (statements: string): Promise<string> => host().read('mariadb -BN', { input: statements })

  test('a zero with a sign, which MariaDB does not store, is named as the reason, and nothing is restored', async () => {
    await eyes.run(`USE lab; CREATE TABLE signs (id INT PRIMARY KEY, f FLOAT, d DOUBLE, at DATE NOT NULL, KEY (at));
      INSERT INTO signs VALUES (1, 0, 0, '2020-02-29'), (2, -0e0, -0e0, '2020-02-29')`)
    await mariadb('CREATE DATABASE lab')
    const dump = ['dump', 'mysql', 'lab.signs', '--by', 'at', '--tz', 'UTC', '--to', 'signs-days']
    expect(await ops(...dump)).toMatchObject({ code: 0, stderr: '' })
    const run = await ops('restore', 'db1', 'signs-days')
    expect(run.code).toBe(1)
    expect(run.stderr).toContain(
      'The first of them has the key 2: f was saved as -0 and is 0, d was saved as -0 and is 0.',
    )
    expect(run.stderr).toContain('MariaDB stores 0 where -0 is written')
    expect(run.stderr).not.toContain('trigger')
    expect(await mariadb('SELECT COUNT(*) FROM lab.signs')).toBe('0\n')
  })

  test('what a restore into a table without transactions leaves there is told, before and after; a trigger too', async () => {
    await eyes.run(`USE lab; CREATE TABLE parts (id INT PRIMARY KEY, v INT, at DATE NOT NULL, KEY (at));
      INSERT INTO parts VALUES (1, 1, '2020-02-29'), (2, 2, '2020-02-29')`)
    const dump = ['dump', 'mysql', 'lab.parts', '--by', 'at', '--tz', 'UTC', '--to', 'parts-days']
    expect(await ops(...dump)).toMatchObject({ code: 0, stderr: '' })
    await mariadb(`CREATE DATABASE IF NOT EXISTS lab; USE lab;
      CREATE TABLE parts (id INT PRIMARY KEY, v INT, at DATE NOT NULL) ENGINE=MyISAM;
      CREATE TRIGGER changes BEFORE INSERT ON parts FOR EACH ROW SET NEW.v = IF(NEW.id = 2, 7, NEW.v)`)
    const run = await ops('restore', 'db1', 'parts-days')
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('the table is MyISAM, which rolls nothing back')
    expect(run.stdout).toContain('the trigger changes of the table fires with each restored row')
    expect(run.stderr).toContain('The first of them has the key 2: v was saved as 2 and is 7.')
    expect(run.stderr).toContain(
      'lab.parts is MyISAM, which rolls nothing back: rows that were sent before this are in it still',
    )
    expect(run.stderr).toMatch(/changed +yes/)
    expect(run.stderr).not.toContain('Nothing of this day was restored')
    expect(await mariadb('SELECT COUNT(*) FROM lab.parts')).toBe('2\n')
    await mariadb(`USE lab; CREATE TABLE ruled (id INT PRIMARY KEY, v INT CHECK (v < 2), at DATE NOT NULL)`)
    const ruled = await ops('restore', 'db1', 'parts-days', '--into', 'lab.ruled')
    expect(ruled.code).toBe(1)
    expect(ruled.stderr).toContain('Nothing of this day was restored. The row is older than that CHECK')
  })

  test('types that the other server does not have are refused with their columns, before a table is made', async () => {
    await mariadb(`CREATE DATABASE IF NOT EXISTS lab; USE lab; CREATE TABLE typed (id UUID PRIMARY KEY, \`fr\`\`om\` INET6, too INET6, c TEXT COMPRESSED, at DATE NOT NULL, KEY (at));
      INSERT INTO typed VALUES ('6ccd780c-baba-1026-9564-5b8c656024db', '::1', NULL, 'x', '2020-02-29')`)
    const words = ['lab.typed', '--by', 'at', '--to']
    expect(await ops('dump', 'db1', ...words, 'typed-days', '--tz', 'UTC')).toMatchObject({
      code: 0,
      stderr: '',
    })
    const archive = ['archive', 'db1', ...words, 'typed', '--older-than', '6mo', '--no-delete']
    expect(await ops(...archive)).toMatchObject({ code: 0, stderr: '' })
    for (const restore of [
      ['restore', 'mysql', 'typed-days'],
      ['archive', 'restore', 'mysql', 'typed'],
    ]) {
      const planned = await ops(...restore, '--plan')
      expect(planned.code).toBe(3)
      expect(planned.stderr).toContain('lab.typed cannot be made as it was: mysql has no type uuid (of id)')
      expect(planned.stderr).toContain('mysql has no type inet6 (of fr`om, too)')
    }
    const back = await ops('restore', 'db1', 'typed-days', '--into', 'lab.typed_again')
    expect(back).toMatchObject({ code: 0, stderr: '' })
  })

  test('an archive tells the same of its rows, and its plan of a server that cannot make its table', async () => {
    await eyes.run(`USE lab; CREATE TABLE kept (id INT PRIMARY KEY, d DOUBLE, v INT, at DATE NOT NULL, KEY (at));
      INSERT INTO kept VALUES (1, 0, 1, '2020-02-29'), (2, -0e0, 2, '2020-02-29');
      CREATE TABLE newer (id INT PRIMARY KEY, v TEXT COLLATE utf8mb4_0900_as_cs, at DATE NOT NULL, KEY (at));
      INSERT INTO newer VALUES (1, 'x', '2020-02-29')`)
    for (const table of ['kept', 'newer']) {
      const archive = ['archive', 'mysql', `lab.${table}`, '--older-than', '6mo', '--by', 'at', '--to', table]
      expect(await ops(...archive, '--no-delete')).toMatchObject({ code: 0, stderr: '' })
    }
    const restore = (place: string, ...argv: string[]): Promise<Outcome> =>
      ops('archive', 'restore', 'db1', place, ...argv)
    await mariadb('CREATE DATABASE IF NOT EXISTS lab')
    const planned = await restore('newer', '--plan')
    expect(planned.code).toBe(3)
    expect(planned.stderr).toContain(
      'lab.newer cannot be made as it was: db1 has no collation utf8mb4_0900_as_cs (of v)',
    )
    const signs = await restore('kept', '--into', 'lab.kept_signs')
    expect(signs.code).toBe(1)
    expect(signs.stderr).toContain('The first of them has the key 2: d was saved as -0 and is 0.')
    expect(signs.stderr).toContain('MariaDB stores 0 where -0 is written')
    await mariadb(
      'USE lab; CREATE TABLE kept (id INT PRIMARY KEY, d DOUBLE, v INT UNIQUE, at DATE NOT NULL) ENGINE=MyISAM',
    )
    const parts = await restore('kept')
    expect(parts.code).toBe(1)
    expect(parts.stdout).toContain('the table is MyISAM, which rolls nothing back')
    expect(parts.stderr).toContain('lab.kept is MyISAM, which rolls nothing back')
    expect(parts.stderr).toMatch(/changed +yes/)
    expect(parts.stderr).not.toContain('Nothing of this batch was restored')
  })
})
